"""Ties a child process to its parent: what `kill -9` leaves behind ends by itself.

Run as a script, this file asks Linux for a SIGTERM at its parent's death (prctl(2), PR_SET_PDEATHSIG), and
becomes the given program. So nothing of ours runs between fork and exec, which no thread may see.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def with_parent_death_signal(command: Sequence[str]) -> list[str]:
    """Return *command* so that it gets SIGTERM when this process dies; unchanged where that cannot be had.

    Linux means the thread that starts the child, not its process: only the main thread ties.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return list(command)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def _run(parent: int, command: list[str]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # A parent that died before the request above is never heard of again.
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606 - no shell is what we want


if __name__ == "__main__":
    _run(int(sys.argv[1]), sys.argv[2:])
