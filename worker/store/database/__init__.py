"""Connections, transactions and the clock of one database. It imports `domain`, and nothing else of the store."""
