"""A PostgreSQL server of a test's own, which can be stopped and started. It writes nothing to disk for good."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.programs import free_port

OPTIONS = "-c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB -c max_connections=60"


class OwnPostgresql:
    """A server in the folder *home*, at a port of its own."""

    def __init__(self, home: Path) -> None:
        self._home, self._port = home, free_port()
        self._data = home / "data"
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        options = f"{OPTIONS} -p {self._port} -k {self._home}"
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._home / "log"), "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """End it as an administrator does: sessions are ended."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    def _run(self, name: str, *arguments: str) -> None:
        user = _other_user()
        # pg_ctl leaves the server behind with its output, so the output goes to nobody who waits for its end.
        subprocess.run(
            [_binary(name), *arguments],
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )


def _binary(name: str) -> str:
    found = [shutil.which(name), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True))]
    return next((path for path in found if path), "")


def _other_user() -> pwd.struct_passwd | None:
    """Return the user who may run a server if this process may not; PostgreSQL does not run as root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def own_postgresql() -> Iterator[OwnPostgresql]:
    """Yield a server that runs. Skips the test on a machine without PostgreSQL's programs."""
    try:
        user = _other_user()
    except KeyError:
        user = None
    if not _binary("initdb") or (os.geteuid() == 0 and user is None):
        pytest.skip("PostgreSQL's programs are not installed: no server of our own was stopped")
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        os.chown(home, user.pw_uid, user.pw_gid)
    server = OwnPostgresql(home)
    server.start()
    try:
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):  # the test may have stopped it
            server.stop("immediate")
        shutil.rmtree(home)
