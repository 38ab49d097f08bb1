"""The rules, as functions of values: no clock, no randomness, no I/O. It imports only the standard library."""
