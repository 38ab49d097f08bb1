"""Makes a child process end when its parent dies, even by `kill -9`.

This file is also the script that the child process runs first. It asks Linux for a SIGTERM when the parent dies
(prctl(2), PR_SET_PDEATHSIG), and then becomes the child's program. So `subprocess` needs no `preexec_fn`, which is
unsafe in a program that has threads.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def with_parent_death_signal(command: Sequence[str]) -> list[str]:
    """Return a command that runs *command* and gets SIGTERM when this process dies.

    On other systems than Linux, and outside the main thread, it is *command* itself. Linux watches the thread that
    starts the child: the child would end with this thread.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return list(command)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def _run(parent: int, command: list[str]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # If the parent died before the request above, no signal comes any more.
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    _run(int(sys.argv[1]), sys.argv[2:])
