"""Calls of a platform for an operator, within the call budget of the account."""
