"""Statements that SQLAlchemy builds once and the driver itself runs, for the work of every request.

SQLAlchemy takes longer to run a statement of the intake than SQLite does, and evicts the rest of a request from the
processor's caches. Its conversions are not needed here, because all values are integers, texts and bytes.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, TypeAlias

from sqlalchemy import ClauseElement, Connection, Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

_DIALECTS: Mapping[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}

ResultRow: TypeAlias = Sequence[Any] | None
"""The one row that a statement returned, or None."""


class Prepared:
    """A *statement* that returns one row or none, for the *dialect* `sqlite` or `postgresql`.

    *columns* are the columns of an insert for which `run` gets values.
    """

    def __init__(self, dialect: str, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=columns)
        self._text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._run = _run_one_by_one if dialect == "sqlite" else _run_together

    def run(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[ResultRow]:
        """Run the statement with the values of each of *rows*; return the results. Raises the driver's own errors."""
        if not rows:
            return []
        cursor = connection.connection.cursor()
        try:
            return self._run(cursor, self._text, [{**self._constants, **row} for row in rows])
        finally:
            cursor.close()


class Lookup(Prepared):
    """A *statement* that selects one row or none. *types* are the types of its parameters on PostgreSQL, by name.

    PostgreSQL looks up many rows in one statement, because that costs a fraction of as many statements.
    """

    def __init__(self, dialect: str, statement: Select[*tuple[Any, ...]], types: Mapping[str, str]) -> None:
        super().__init__(dialect, statement.limit(1))
        self._names = [*types]
        self._text_for_many = _text_for_many(self._text, types) if dialect == "postgresql" else ""

    def run(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[ResultRow]:
        if not self._text_for_many or len(rows) <= 1:
            return super().run(connection, rows)
        values = {name: [row[name] for row in rows] for name in self._names}
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(self._text_for_many, {**self._constants, **values})
            found = {number: columns for number, *columns in cursor.fetchall()}
        return [found.get(number) for number in range(1, len(rows) + 1)]


def _text_for_many(text: str, types: Mapping[str, str]) -> str:
    """Return a statement of PostgreSQL that runs *text* for arrays of its parameters, and numbers the rows from 1."""
    for name in types:
        text = re.sub(rf"%\({name}\)s(::\w+)?", f"asked.{name}", text)
    # The server keeps one plan for arrays of any length if they come from subqueries. And it looks up each row in the
    # index, however small the table was when it made the plan, if each has a limit of its own.
    arrays = ", ".join(f"(SELECT %({name})s::{kind}[])" for name, kind in types.items())
    asked = f"unnest({arrays}) WITH ORDINALITY AS asked ({', '.join(types)}, number)"
    return f"SELECT asked.number, found.* FROM {asked}, LATERAL ({text}) AS found"  # noqa: S608 - no values


def _run_one_by_one(
    cursor: Any,  # noqa: ANN401 - the driver's own type
    text: str,
    rows: Sequence[Mapping[str, object]],
) -> list[ResultRow]:
    return [next(iter(cursor.execute(text, row).fetchall()), None) for row in rows]


def _run_together(
    cursor: Any,  # noqa: ANN401 - the driver's own type
    text: str,
    rows: Sequence[Mapping[str, object]],
) -> list[ResultRow]:
    """Send all rows together, and wait once for the answers."""
    if len(rows) <= 1:
        return _run_one_by_one(cursor, text, rows)
    cursor.executemany(text, rows, returning=True)
    results: list[ResultRow] = [cursor.fetchone()]
    while cursor.nextset():
        results.append(cursor.fetchone())
    return results
