"""The adapters of the ports in SQL, on SQLite or PostgreSQL. All state that must survive is here.

`tables` lists every column, and `schema` migrates them. `intake` writes what arrives, `leases` is for schedulers and
reconciliations, and `queries` only read. `operator` has what an operator asks and does.

It imports `domain`, `ports` and `private_files`. Errors of the driver leave it as `StoreUnavailable`.
"""
