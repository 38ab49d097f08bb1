"""The demo as a process: played in a pipe, watched on a terminal, and what it leaves behind."""

import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

COMMAND = [sys.executable, "-m", "worker.cli", "demo"]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder for temporary files: its path is in the environment of all that a demo starts."""
    folder = Path(tempfile.mkdtemp(prefix="ff-", dir="/tmp"))  # the path of a socket must be short
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def environment(temporary: Path, **variables: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "NO_COLOR"}}
    return {**plain, "TMPDIR": str(temporary), "TERM": "xterm-256color", **variables}


@contextmanager
def started(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(temporary)
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def read_until(running: subprocess.Popen[str], words: str) -> None:
    assert running.stdout
    for line in running.stdout:
        if words in line:
            return
    pytest.fail(f"the demo never said “{words}”")


def processes_of(temporary: Path) -> dict[int, str]:
    """Every process that was started with this folder for temporary files, by its command."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={temporary}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it is somebody else's, or has just ended
            continue
    return found


def assert_nothing_is_left(temporary: Path) -> None:
    assert processes_of(temporary) == {}
    assert list(temporary.iterdir()) == []


class Seen(NamedTuple):
    """What one demo wrote, and how it ended."""

    written: str
    errors: str
    code: int
    took: float
    temporary: Path


def played(temporary: Path) -> Seen:
    """Play the demo in a pipe."""
    began = time.monotonic()
    with started(temporary) as running:
        written, errors = running.communicate(timeout=60)
    return Seen(written, errors, running.returncode, time.monotonic() - began, temporary)


def watched(temporary: Path, **variables: str) -> Seen:
    """Play the demo on a terminal of 80 columns and 24 lines."""
    began = time.monotonic()
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = environment(temporary, **variables)
    with subprocess.Popen(COMMAND, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as running:
        os.close(theirs)
        written = b"".join(iter(partial(read_terminal, ours), b""))
    os.close(ours)
    return Seen(written.decode(), "", running.returncode, time.monotonic() - began, temporary)


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # so Linux says that nobody writes to it any more
        return b""
