"""The heartbeats of the workers: one row for each worker process, which it updates and deletes itself."""

from dataclasses import replace

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.accounts.workers import FORGOTTEN_AFTER, SeenWorker, WorkerProcess
from worker.domain.instants import Duration
from worker.store.database.database import Database
from worker.store.tables import workers


class SqlWorkers:
    """The heartbeats in one database. Every method raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker: WorkerProcess, scheduled_ago: Duration | None) -> WorkerProcess:
        """Write the heartbeat of *worker*, which looked for due orders *scheduled_ago*; None: not yet.

        Returns the worker with the instant of its first heartbeat, if it had none before.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            started = worker if worker.started_at else replace(worker, started_at=now)
            insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(workers)
            row = insert.values(
                name=started.name,
                host=started.host,
                pid=started.pid,
                version=started.version,
                accounts=list(started.accounts),
                started_at=started.started_at,
                seen_at=now,
                scheduled_at=None if scheduled_ago is None else now - scheduled_ago,
            )
            beat = {name: row.excluded[name] for name in ("seen_at", "scheduled_at")}
            connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=beat))
            return started

    def remove(self, name: str) -> None:
        """Delete the row of a worker that stops."""
        with self._database.write() as connection:
            connection.execute(delete(workers).where(workers.c.name == name))

    def forget(self) -> None:
        """Delete the rows of the workers that were killed long ago. Without such a row, nothing is written."""
        with self._database.read() as connection:
            forgotten = workers.c.seen_at < self._database.now(connection) - FORGOTTEN_AFTER
            names = list(connection.execute(select(workers.c.name).where(forgotten)).scalars())
        if names:
            with self._database.write() as connection:
                connection.execute(delete(workers).where(workers.c.name.in_(names), forgotten))


def seen_workers(connection: Connection) -> tuple[SeenWorker, ...]:
    """Return all workers with a row, whether they run or not."""
    rows = connection.execute(select(workers).order_by(workers.c.started_at, workers.c.name))
    return tuple(
        SeenWorker(
            WorkerProcess(row.name, row.host, row.pid, row.version, tuple(row.accounts), row.started_at),
            row.seen_at,
            row.scheduled_at,
        )
        for row in rows
    )
