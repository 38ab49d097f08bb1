"""Cekat, after its public API reference."""
