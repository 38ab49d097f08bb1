"""The database: the ports kept in SQL, on SQLite or PostgreSQL. It holds the truth; everything else can be lost.

It imports `domain` and `ports`. Driver errors end here as `StoreUnavailable`.
"""
