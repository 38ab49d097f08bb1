"""What a process of ours does first, so that other users of the machine learn nothing from it."""

import ctypes
import os
import resource
import sys
from contextlib import suppress

PRIVATE_UMASK = 0o077
PR_SET_DUMPABLE = 4
"""prctl(2). Of a process that is not dumpable, the kernel writes no core file, not even into a program's pipe, and only
root may read its memory and its environment."""


def keep_private() -> None:
    """Make the files of this process readable by its user only, and keep its memory out of core files.

    Programs that it starts inherit the umask and the limit. Call it before the first secret is read.
    """
    os.umask(PRIVATE_UMASK)
    with suppress(OSError, ValueError):  # a container may forbid it, and the next line is enough for this process
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
