"""Statements that are written as SQL and run by the driver itself, for the work of every delivery and order.

Write a statement once, as a constant, and run it in a block of `Database.statements`:

    EXISTS = Statement("SELECT id FROM orders WHERE account = :account AND order_id = ANY(:order_ids)")

    with database.statements() as run:
        rows = run(EXISTS, {"account": "main", "order_ids": ["1", "2"]})

On PostgreSQL, each statement is a transaction of its own: it is committed, and durable, when `run` returns. Use common
table expressions for what must happen together. On SQLite, the block is one transaction that may write.

Values are integers, texts, bytes, booleans, None, and on PostgreSQL lists of these, which are arrays. JSON is a text.
PostgreSQL infers the type of a parameter from its place; where nothing tells it, write `CAST(:name AS bigint)`. The
server prepares each statement once a connection, so let arrays come from subqueries of their own, `unnest((SELECT
CAST(:order_ids AS text[])))`: then one plan serves arrays of any length.

A block raises `StoreUnavailable` as transactions do, and `RowConflict` when a statement breaks a constraint.
"""

import re
from collections.abc import Mapping
from itertools import count
from typing import Any, Protocol, TypeAlias

_PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")
_numbers = count(1)

NOW = "COALESCE(CAST(:now AS bigint), CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint))"
"""SQL for the instant of a statement on PostgreSQL. The parameter `now` is what `Database.known_now` returns."""

Values: TypeAlias = Mapping[str, Any]
"""The values of a statement's parameters, by name. More of them do no harm."""
Rows: TypeAlias = list[tuple[Any, ...]]


class RowConflict(Exception):
    """A statement would break a constraint of its table. Its transaction wrote nothing."""


class Statement:
    """The SQL *text*, with parameters like `:name`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
        self.name = b"statement_%d" % next(_numbers)
        """Its name among the prepared statements of a connection to PostgreSQL."""
        places = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        self.numbered = _PARAMETER.sub(lambda found: places[found[1]], text).encode()
        """The text with parameters like `$1`, in the sequence of `names`, as PostgreSQL wants it."""


class Run(Protocol):
    """Runs a statement, and returns the rows that it returns."""

    def __call__(self, statement: Statement, values: Values, /) -> Rows:
        """Run *statement* with *values*."""
