"""How PostgreSQL plans the statements of a transaction. On SQLite, nothing is needed."""

from sqlalchemy import Connection, text

_BY_INDEX = text("SET LOCAL enable_seqscan = off")
_WITHOUT_COMPILING = text("SET LOCAL jit = off")


def use_indexes(connection: Connection) -> None:
    """Let PostgreSQL read a whole table in a transaction only where no index serves.

    For a few thousand rows of a window, a page or a report, it would read all rows of a table, however many they are.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_BY_INDEX)


def without_compiling(connection: Connection) -> None:
    """Let PostgreSQL compile no statement of a transaction: that takes seconds here, and saves less."""
    if connection.dialect.name == "postgresql":
        connection.execute(_WITHOUT_COMPILING)
