"""The rules, as functions of values: no clock, no randomness, no I/O. It imports only the standard library.

The words come first: `stages`, `events`, `orders`, `reasons`, `results`, `errors`. `evidence` says what all events of
an order justify together, and `lifecycle` what follows: the next step, or the end of a reconciliation.
"""
