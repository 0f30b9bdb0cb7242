"""Splits, metrics, intervals and significance."""
