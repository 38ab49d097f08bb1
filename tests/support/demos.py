"""The demo as a process: in a pipe or on a terminal, and what it leaves behind."""

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

LIMIT_SECONDS = 150
"""Only a demo that hangs takes longer, on a machine as busy as may be. The demo of a user ends earlier."""
_RUN = f"""
import worker.cli.demo.command
from worker.cli.main import main
worker.cli.demo.command.LIMIT_SECONDS = {LIMIT_SECONDS}
main()
"""
COMMAND = [sys.executable, "-c", _RUN, "demo"]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder for temporary files; every process that a demo starts has its path in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="ff-", dir="/tmp"))  # the path of a socket must be short
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def environment(temporary: Path, **variables: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "NO_COLOR"}}
    return {**plain, "TMPDIR": str(temporary), "TERM": "xterm-256color", **variables}


@contextmanager
def running_demo(temporary: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run the demo in pipes, and kill it after the block if it still runs."""
    with subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(temporary)
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if words in line:
            return
    pytest.fail(f"the demo never printed “{words}”")


def processes_of(temporary: Path) -> dict[int, str]:
    """Return the command of every process that was started with this folder for temporary files."""
    commands = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={temporary}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                commands[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it belongs to another user, or has just ended
            continue
    return commands


def assert_nothing_is_left(temporary: Path) -> None:
    assert processes_of(temporary) == {}
    assert list(temporary.iterdir()) == []


class DemoRun(NamedTuple):
    """The output of one demo, its exit code, and how long it took."""

    output: str
    errors: str
    code: int
    seconds: float
    temporary: Path


def run_in_pipe(temporary: Path, *options: str) -> DemoRun:
    """Run the demo in pipes."""
    began = time.monotonic()
    with running_demo(temporary, *options) as process:
        output, errors = process.communicate(timeout=200)
    return DemoRun(output, errors, process.returncode, time.monotonic() - began, temporary)


def run_on_terminal(temporary: Path, **variables: str) -> DemoRun:
    """Run the demo on a terminal of 80 columns and 24 lines."""
    began = time.monotonic()
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = environment(temporary, **variables)
    with subprocess.Popen(COMMAND, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        output = b"".join(iter(partial(read_terminal, ours), b""))
    os.close(ours)
    return DemoRun(output.decode(), "", process.returncode, time.monotonic() - began, temporary)


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux raises this when no process has the terminal open any more
        return b""
