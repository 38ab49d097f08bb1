"""Queries for people, metrics and `doctor`. Nothing here changes the database.

It may import everything of the store except `operator`, `prune` and `leases`.
"""
