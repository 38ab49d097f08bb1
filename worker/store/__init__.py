"""The adapters of the ports in SQL, on SQLite or PostgreSQL. All state that must survive is here.

It imports `domain` and `ports`. Errors of the driver leave it as `StoreUnavailable`.
"""
