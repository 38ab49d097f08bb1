"""Statements of SQLAlchemy's, phrased once and run by the driver itself: for where every request pays for them.

To run a statement of the intake takes SQLAlchemy longer than SQLite, and drives the rest of a request out of the
processor's caches. What it would do besides is not needed there: all values are integers, texts and bytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

_DIALECTS: Mapping[str, Dialect] = {"sqlite": sqlite.dialect(paramstyle="named"), "postgresql": psycopg.dialect()}  # type: ignore[no-untyped-call]

Found = tuple[Any, ...] | None


class Prepared:
    """A *statement* that returns one row or none, for the database called *dialect*.

    *columns* are those to which a row of an insert gives values.
    """

    def __init__(self, dialect: str, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=columns)
        self._text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._run = _one_by_one if dialect == "sqlite" else _at_once

    def run(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[Found]:
        """Run it for each of *rows*; returns what each of them found. Raises the driver's own errors."""
        cursor = connection.connection.cursor()
        try:
            return self._run(cursor, self._text, [{**self._constants, **row} for row in rows])
        finally:
            cursor.close()


def _one_by_one(cursor: Any, text: str, rows: Sequence[Mapping[str, object]]) -> list[Found]:  # noqa: ANN401 - the driver's
    return [next(iter(cursor.execute(text, row).fetchall()), None) for row in rows]


def _at_once(cursor: Any, text: str, rows: Sequence[Mapping[str, object]]) -> list[Found]:  # noqa: ANN401 - the driver's
    """Send several rows in one piece, and wait once."""
    if len(rows) <= 1:
        return _one_by_one(cursor, text, rows)
    cursor.executemany(text, rows, returning=True)
    found: list[Found] = [cursor.fetchone()]
    while cursor.nextset():
        found.append(cursor.fetchone())
    return found
