"""Statements of SQLAlchemy that are built once and run by the driver itself, for what every request needs.

SQLAlchemy takes longer to run a statement of the intake than SQLite does, and evicts the rest of a request from the
processor's caches. What else it would do is not needed here: all values are integers, texts and bytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

_DIALECTS: Mapping[str, Dialect] = {"sqlite": sqlite.dialect(paramstyle="named"), "postgresql": psycopg.dialect()}  # type: ignore[no-untyped-call]

ResultRow: TypeAlias = tuple[Any, ...] | None
"""The one row that a statement returned, or None."""


class Prepared:
    """A *statement* that returns one row or none, for the database `sqlite` or `postgresql`.

    *columns* are the columns for which the rows of an insert have values.
    """

    def __init__(self, dialect: str, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=columns)
        self._text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._run = _one_by_one if dialect == "sqlite" else _at_once

    def run(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[ResultRow]:
        """Run it for each of *rows*, and return the result of each. Raises the driver's own errors."""
        cursor = connection.connection.cursor()
        try:
            return self._run(cursor, self._text, [{**self._constants, **row} for row in rows])
        finally:
            cursor.close()


def _one_by_one(cursor: Any, text: str, rows: Sequence[Mapping[str, object]]) -> list[ResultRow]:  # noqa: ANN401 - the driver's
    return [next(iter(cursor.execute(text, row).fetchall()), None) for row in rows]


def _at_once(cursor: Any, text: str, rows: Sequence[Mapping[str, object]]) -> list[ResultRow]:  # noqa: ANN401 - the driver's
    """Send several rows together, and wait once."""
    if len(rows) <= 1:
        return _one_by_one(cursor, text, rows)
    cursor.executemany(text, rows, returning=True)
    results: list[ResultRow] = [cursor.fetchone()]
    while cursor.nextset():
        results.append(cursor.fetchone())
    return results
