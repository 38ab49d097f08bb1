"""Explanations of one order, as sentences. Pure functions; it may import the domain and the rest of `operations`."""
