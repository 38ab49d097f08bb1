"""A PostgreSQL server of the storm's own, in a temporary folder, so that it can be restarted at will."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from tests.support.programs import free_port, until

USERS = ("postgres", "nobody")
"""The server refuses to run as root; then it runs as the first of these users that exists."""


class NoPostgresql(Exception):
    """The programs of a PostgreSQL server are not installed."""


class PrivatePostgresql:
    """A server that listens on loopback. It ends with the context, and its folder is deleted."""

    def __init__(self) -> None:
        self._bin = _folder_of_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="storm-pg-"))
        self.data = self.folder / "data"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._identity = _other_identity()
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        initdb = [str(self._bin / "initdb"), "--pgdata", str(self.data), "--username", "postgres", "--auth", "trust"]
        done = subprocess.run(initdb, capture_output=True, cwd="/", check=False, **self._identity)
        if done.returncode:
            shutil.rmtree(self.folder)
            raise NoPostgresql(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")
        self.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = {"listen_addresses": "127.0.0.1", "port": self._port, "unix_socket_directories": self.folder}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data, *flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._identity,
            )
        until(self._answers, within_seconds=60, what="PostgreSQL answers")

    def end(self, how: signal.Signals) -> None:
        """End the server: SIGINT ends its connections, SIGQUIT ends it as a crash does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "PostgreSQL has ended"
        try:
            with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self._port}/postgres", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


def _folder_of_programs() -> Path:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    on_path = shutil.which("postgres")
    for postgres in [*([Path(on_path)] if on_path else []), *newest_first]:
        folder = postgres.resolve().parent
        if (folder / "initdb").exists():
            return folder
    raise NoPostgresql("no initdb beside a postgres was found")


def _other_identity() -> dict[str, Any]:
    """Return the identity under which the server runs, as arguments of `Popen`; none unless this is root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in USERS:
        if name in names:
            return {"user": names[name].pw_uid, "group": names[name].pw_gid, "extra_groups": []}
    raise NoPostgresql(f"this is root, and none of the users {', '.join(USERS)} exists")
