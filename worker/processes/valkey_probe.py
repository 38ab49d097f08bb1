"""Asks a Unix socket whether a Valkey listens there."""

import re
import socket
from contextlib import suppress
from pathlib import Path

ANSWER_TIMEOUT_SECONDS = 1.0
MAX_ANSWER = 65_536
"""Bytes of an answer that are read; one that is longer is not Valkey's."""
_PID = re.compile(rb"process_id:([0-9]{1,10})\r\n")


def is_open(path: Path) -> bool:
    """Tell whether a process listens at the socket, even if that process is frozen."""
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
