"""Accounts: their holds, their call limits, and the locks for work that one worker does for all.

It imports `database`, `conditions`, `rows` and `tables` of the store.
"""
