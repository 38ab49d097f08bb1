"""One connection to a PostgreSQL server: it waits for no answer without end, and bounds what the server does.

Outside a transaction that `begin` has begun, each statement is a transaction of its own.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self, TypeVar

import psycopg
from psycopg import abc, generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from worker.domain.errors import UnsuitableDatabase
from worker.store.database.statement import Rows, Statement, Values

ENCODING = "UTF8"

_T = TypeVar("_T")


class NoAnswer(psycopg.OperationalError):
    """The server gave no answer in time. The connection is closed."""


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that waits for an answer for at most `answer_timeout_seconds`.

    The server ends a slow statement by itself, but not when it was stopped, or when the network is silent.
    """

    answer_timeout_seconds = 0.0
    _begin_message = b"BEGIN"
    _is_pooled = False
    _names: set[bytes]
    """The names of the statements that the server may have prepared; it has prepared no others."""
    _transformer: abc.Transformer

    @classmethod
    def open(cls, *arguments: Any, timeout_seconds: float, **options: Any) -> Self:  # noqa: ANN401 - the driver's
        """Open a connection whose statements take at most *timeout_seconds*.

        Raises `psycopg.Error`, and `UnsuitableDatabase` for a database that cannot hold every text.
        """
        connection = cls.connect(*arguments, **options)
        connection.autocommit = True
        connection.answer_timeout_seconds = timeout_seconds
        connection._names, connection._transformer = set(), Transformer(connection)  # noqa: SLF001 - of this class
        try:
            connection._require_encoding()  # noqa: SLF001 - same
            connection._set_limits(_limits(timeout_seconds))  # noqa: SLF001 - same
        except BaseException:
            connection.close()
            raise
        return connection

    def begin(self, *, only_reads: bool = False) -> None:
        """Begin a transaction; behind a pooler, with the limits for it in the same message.

        One that only reads may have statements about most rows of a table, so it may read a table from end to end.
        """
        plans = b"" if self._is_pooled else _PLANS_BY_VALUES + (_MAY_SCAN if only_reads else b"")
        self._finish_query(self.pgconn.send_query, self._begin_message + plans)

    def run(self, statement: Statement, values: Values) -> Rows:
        """Run *statement* as a transaction of its own. Raises `psycopg.Error`, and then nothing was written."""
        texts = [values[name] for name in statement.names]
        dumped = self._transformer.dump_sequence(texts, [PyFormat.TEXT] * len(texts))
        result = (self._run_pooled if self._is_pooled else self._run_prepared)(statement, dumped)
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def _run_prepared(self, statement: Statement, dumped: Any) -> PGresult:  # noqa: ANN401 - the driver's own type
        if statement.name in self._names:
            # After a rollback, the driver lets the server forget what is prepared. It may have prepared others since.
            with suppress(psycopg.errors.InvalidSqlStatementName):
                return self._finish_query(self.pgconn.send_query_prepared, statement.name, dumped)
        self._names.add(statement.name)  # before it is, because to prepare it twice would be an error
        self._finish_query(self.pgconn.send_prepare, statement.name, statement.numbered)
        return self._finish_query(self.pgconn.send_query_prepared, statement.name, dumped)

    def _run_pooled(self, statement: Statement, dumped: Any) -> PGresult:  # noqa: ANN401 - same
        """Run *statement* in a transaction that carries its limits. What is prepared may be in another session."""
        self.begin()
        try:
            result = self._finish_query(self.pgconn.send_query_params, statement.numbered, dumped)
        except psycopg.Error:
            if not self.closed:
                self.rollback()
            raise
        self.commit()
        return result

    def _finish_query(self, send: Callable[..., None], *arguments: Any) -> PGresult:  # noqa: ANN401 - the driver's own
        """Send a message, and return the last of its results."""
        send(*arguments)
        result: PGresult = self.wait(generators.execute(self.pgconn))[-1]
        if result.status not in _GOOD:
            raise psycopg.errors.error_from_result(result)
        return result

    def wait(self, gen: PQGen[_T], interval: float = 0.1, timeout: float | None = None) -> _T:
        try:
            return super().wait(gen, interval, self.answer_timeout_seconds if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001 - it has no public name
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise NoAnswer("no answer from the server") from error

    def _require_encoding(self) -> None:
        encoding = self.info.parameter_status("server_encoding") or ENCODING
        if encoding != ENCODING:
            raise UnsuitableDatabase(
                f"the database has the encoding {encoding}, which cannot hold every text:"
                f" create one with ENCODING '{ENCODING}', and name it in database_url"
            )

    def _set_limits(self, limits: dict[str, int]) -> None:
        """Give the session *limits*. Behind a pooler, give them to each transaction, and prepare no statement.

        A pooler may run each transaction in another session. It gives its clients a process id of its own making, and
        the server knows the real one.
        """
        is_own = f"pg_backend_pid() = {self.info.backend_pid}"
        its_settings = {**limits, **_PLANS}
        settings = (
            f"CASE WHEN {is_own} THEN set_config('{name}', '{v}', false) END" for name, v in its_settings.items()
        )
        row = self.execute(f"SELECT {is_own}, {', '.join(settings)}".encode(), prepare=False).fetchone()
        self._is_pooled = row is None or not row[0]
        if self._is_pooled:
            self.prepare_threshold = None
            self._begin_message = "; ".join(
                ["BEGIN", *(f"SET LOCAL {name} = {limits[name]}" for name in limits)]
            ).encode()


_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})

_PLANS: Mapping[str, str] = {"enable_seqscan": "off", "jit": "off", "plan_cache_mode": "force_generic_plan"}
"""What the server must know to plan statements that are prepared: each finds its few rows by an index, for any values.

The server keeps a plan until it looks at its tables again, which takes a minute or longer. In a small table, it would
read all rows rather than search in an index, and it would go on like this while the table grows. If it could choose, it
would make some plans anew for each run, which takes four times as long as the run.
"""
_PLANS_BY_VALUES = b"; SET LOCAL plan_cache_mode = auto"
_MAY_SCAN = b"; SET LOCAL enable_seqscan = on"


def _limits(timeout_seconds: float) -> dict[str, int]:
    """Return the limits of a session, or of a transaction, in milliseconds.

    A pooler would refuse them as options of the connection, and mix them up as settings of a session. There they are
    part of the message that begins a transaction, and cost no round trip.
    """
    return {
        # The server's limit comes first, so that a slow statement ends without the loss of its connection.
        "statement_timeout": int(timeout_seconds * 800),
        # A transaction whose client is silent must not keep its locks.
        "idle_in_transaction_session_timeout": int(timeout_seconds * 6000),
    }
