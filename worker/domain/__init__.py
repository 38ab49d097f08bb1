"""The rules, as functions of values: no clock, no chance, no I/O, the standard library only."""
