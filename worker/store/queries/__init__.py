"""Queries for people, metrics and `doctor`. Nothing here changes the database."""
