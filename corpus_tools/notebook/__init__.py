"""Coding inside JupyterLab: the annotator and the adjudicator. The rooms without "widget" in them need no browser."""
