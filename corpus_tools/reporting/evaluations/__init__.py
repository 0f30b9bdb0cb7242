"""Evaluations from a file: a small TOML file in; tables, a page, a model card and a manifest that repeats it out."""
