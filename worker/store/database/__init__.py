"""Connections, transactions and the clock of one database. It imports nothing else of the store."""
