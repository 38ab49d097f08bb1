"""Explanations of one order, in sentences. Pure: it imports `domain` and the rest of `operations`."""
