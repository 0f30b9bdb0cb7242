"""Agreement coefficients and the agreement table."""
