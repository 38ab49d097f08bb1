"""Run a command with a time limit, and fail if it leaves a process behind.

    bounded.py SECONDS COMMAND [ARGUMENT ...]

The exit code is that of the command; 124 after the time limit; 125 if the command succeeded but left processes behind.
These are listed, then ended. Every descendant of the command is found, in any session or process group, because Linux
makes this process the parent of orphans (PR_SET_CHILD_SUBREAPER).
"""

import contextlib
import ctypes
import os
import shlex
import signal
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
TIMED_OUT, LEFT_PROCESSES = 124, 125
GRACE_SECONDS = 5.0  # the time for processes to end by themselves, and then after SIGTERM
POLL_INTERVAL_SECONDS = 0.05  # waitpid has no timeout


def main(seconds: float, command: list[str]) -> int:
    """Run *command* for at most *seconds*, and return the exit code that the module's docstring describes."""
    adopt_orphans()
    print(f"$ {shlex.join(command)}", flush=True)
    child = os.posix_spawnp(command[0], command, os.environ)
    code = wait_for(child, time.monotonic() + seconds)
    if code is None:
        print(f"time limit reached: still running after {seconds:g} s", flush=True)
        end(descendants())
        return TIMED_OUT
    pids = remaining(time.monotonic() + GRACE_SECONDS)
    for pid in pids:
        print(f"left behind: process {pid}: {command_line(pid)}", flush=True)
    end(pids)
    return LEFT_PROCESSES if pids and code == 0 else code


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def wait_for(child: int, deadline: float) -> int | None:
    """Wait for *child* and return its exit code; None at the deadline. Reap every orphan that ends meanwhile."""
    while time.monotonic() < deadline:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if pid == 0:
            time.sleep(POLL_INTERVAL_SECONDS)
    return None


def remaining(deadline: float) -> list[int]:
    """Wait until there is no descendant, or until the deadline; return the descendants that still exist."""
    while pids := descendants():
        if time.monotonic() >= deadline:
            break
        time.sleep(POLL_INTERVAL_SECONDS)
    return pids


def end(pids: list[int]) -> None:
    """Send SIGTERM to these processes, and then SIGKILL to every descendant that is left."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    for pid in remaining(time.monotonic() + GRACE_SECONDS):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    remaining(time.monotonic() + GRACE_SECONDS)


def descendants() -> list[int]:
    """Reap the processes that have ended, and return all other descendants of this process."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(stat.parent.name))
    pids = [os.getpid()]
    for pid in pids:
        pids.extend(children.get(pid, []))
    return pids[1:]


def command_line(pid: int) -> str:
    """Return the command line of a process, on one line; empty when it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ").strip()
    return ""


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
