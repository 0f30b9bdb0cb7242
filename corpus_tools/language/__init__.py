"""Stanza: model packages, parsing, the token table, the cache, attribution, training."""
