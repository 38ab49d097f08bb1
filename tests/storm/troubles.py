"""What happens to the processes, the broker and the database during a storm."""

import resource
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from signal import SIGCONT, SIGINT, SIGQUIT, SIGSTOP

from sqlalchemy import make_url

from tests.storm.postgresql import PrivatePostgresql
from tests.storm.system import System
from tests.support.programs import Program, until

LEASE_SECONDS = 30.0
FROZEN_SECONDS = LEASE_SECONDS + 3
FULL_AT_BYTES = 1
"""A process may write no byte into a file beyond this offset, so every write to the database fails."""


@dataclass
class Troubles:
    """Every trouble of the processes as a method. Each ends by itself, and leaves everything running.

    *wait* pauses for some seconds, or less when the storm is interrupted. A worker that is frozen is not killed.
    """

    system: System
    server: PrivatePostgresql | None
    wait: Callable[[float], object]

    def __post_init__(self) -> None:
        self._database_lock = threading.Lock()
        self._locks = {program.name: threading.Lock() for program in self.system.programs.values()}

    def kill(self, *programs: Program) -> None:
        """`kill -9` of *programs*, and their restart, as a supervisor does it."""
        with self._locks["worker"], self._locks["receiver"]:
            for program in programs:
                program.kill()
            for program in programs:
                program.launch()
            for program in programs:
                until(partial(_is_up, program), within_seconds=90, what=f"{program.name} is ready")

    def revive(self) -> list[str]:
        """Start every process of the program that has ended by itself, and return their names."""
        with self._locks["worker"], self._locks["receiver"]:
            dead = [program for program in self.system.own_programs if not program.is_alive]
            for program in dead:
                program.launch()
        return [program.name for program in dead]

    def freeze(self, program: Program) -> None:
        """SIGSTOP of *program* for longer than its leases."""
        with self._locks[program.name]:
            program.send(SIGSTOP)
            until(program.is_frozen, what=f"{program.name} is frozen")
            while self.system.is_sqlite and not self._can_write():
                program.send(SIGCONT)
                self.wait(0.05)
                program.send(SIGSTOP)
                until(program.is_frozen, what=f"{program.name} is frozen")
            self.wait(FROZEN_SECONDS)
            program.send(SIGCONT)

    def flush_broker(self) -> None:
        """Delete everything that is in the broker."""
        with self._locks["valkey"]:
            self.system.broker.flushall()

    def take_broker_away(self, seconds: float) -> None:
        """`kill -9` of the broker, and its restart after some seconds."""
        with self._locks["valkey"]:
            self.system.valkey.kill()
            self.wait(seconds)
            self.system.valkey.start()

    def silence_broker(self, seconds: float) -> None:
        """SIGSTOP of the broker: its connections stay open, and nothing answers."""
        with self._locks["valkey"]:
            self.system.valkey.send(SIGSTOP)
            self.wait(seconds)
            self.system.valkey.send(SIGCONT)

    def restart_database(self, *, crash: bool) -> None:
        """Restart PostgreSQL, as an administrator does or after a *crash*."""
        assert self.server is not None
        with self._database_lock:
            self.server.end(SIGQUIT if crash else SIGINT)
            self.wait(1)
            self.server.start()

    def fill_disk(self, seconds: float) -> None:
        """Let every write to a file fail, of each process of the program, for some seconds.

        None is started meanwhile, because nobody could read in its log that it is ready.
        """
        with self._locks["worker"], self._locks["receiver"]:
            for program in self.system.own_programs:
                _limit_files(program.pid, FULL_AT_BYTES)
            self.wait(seconds)
            for program in self.system.own_programs:
                _limit_files(program.pid, resource.RLIM_INFINITY)

    def _can_write(self) -> bool:
        """Tell whether SQLite's only write lock is free: a frozen process that has it would make all others wait."""
        path = make_url(self.system.database_url).database or ""
        with closing(sqlite3.connect(path, timeout=0.25, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
        return True


def _is_up(program: Program) -> object:
    """Tell whether *program* is ready, and start it again if it has ended, because the database is away, say."""
    if not program.is_alive:
        program.launch()
    return program.is_ready()


def _limit_files(pid: int, limit: int) -> None:
    try:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(
            pid, resource.RLIMIT_FSIZE, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard)
        )
    except ProcessLookupError:  # it was killed meanwhile
        return
