"""`fulfillment demo`, as whoever tries it sees it: in a pipe, on a terminal, interrupted, and with a part that dies."""

import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fcntl import ioctl
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.programs import until

LIMIT = 40
COMMAND = [sys.executable, "-m", "worker.cli", "demo"]
COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-7]|9[0-7]|38|48)[0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder for temporary files: its path is in the environment of all that a demo starts."""
    folder = Path(tempfile.mkdtemp(prefix="ff-", dir="/tmp"))  # the path of a socket must be short
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def temporary() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


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


def number(said: str, name: str) -> int:
    found = re.search(rf"^  {name} +([0-9]+)", said, re.MULTILINE)
    assert found, f"no {name} in the summary"
    return int(found[1])


def parts(said: str, name: str) -> list[int]:
    """The numbers that a number of the summary is made of, on as many lines as they take."""
    found = re.search(rf"^  {name} +[0-9]+  (.*(?:\n {{20}}.*)*)", said, re.MULTILINE)
    assert found
    return [int(part.split()[0]) for part in re.split("·|\n", found[1])]


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


@pytest.fixture(scope="module")
def seen() -> Iterator[tuple[Seen, Seen]]:
    """The demo in a pipe and on a terminal, both at once: they share nothing, and the test is shorter."""
    with temporary_folder() as one, temporary_folder() as other, ThreadPoolExecutor() as threads:
        pipe = threads.submit(played, one)
        terminal = threads.submit(watched, other, NO_COLOR="1")
        yield pipe.result(), terminal.result()


def test_in_a_pipe_it_plays_the_day_checks_it_and_leaves_nothing(seen):
    pipe, _ = seen
    said = pipe.written
    assert (pipe.code, pipe.errors) == (0, ""), said
    assert pipe.took < LIMIT
    assert said.count("✓") == 8
    assert "✗" not in said
    assert "\x1b" not in said
    assert_nothing_is_left(pipe.temporary)


def test_the_numbers_of_its_summary_agree_with_each_other_and_with_its_lines(seen):
    said = seen[0].written
    for name in ("orders", "deliveries", "events", "API calls", "API answers", "writes"):
        assert sum(parts(said, name)) == number(said, name), name
    assert (number(said, "illegal steps"), number(said, "harm done")) == (0, 0)
    assert number(said, "steps") == len(re.findall(r"^\S+  worker .* → ", said, re.MULTILINE))
    assert number(said, "deliveries") == len(re.findall(r" → [0-9]{3} ", said))
    assert number(said, "orders") == said.count("places the order")
    assert number(said, "retries") == 5


def test_on_a_terminal_it_draws_within_its_borders_without_colour_if_asked(seen):
    _, terminal = seen
    assert terminal.code == 0, terminal.written
    assert terminal.took < LIMIT
    assert not COLOUR.search(terminal.written)
    assert terminal.written.rindex("\x1b[?25h") > terminal.written.rindex("\x1b[?25l")  # the cursor is back
    rows = re.split("[\r\n]+", ESCAPE.sub("", terminal.written))
    assert max(map(len, rows)) <= 80
    for row in (
        "1001 .*●━●━●─○─○ +shipped",
        "1001 .*●━●━●━●━● +completed +closed",
        "1001 .*●━●━●─○─○ +shipped +stop: shipment_returned",
        "1006 .*●━●─✗ +cancelled +stop: moving_while_cancelled",
        "ord_kopi .*●━●━●━●━● +delivered +closed",
    ):
        assert any(re.match(row, shown) for shown in rows), row
    assert_nothing_is_left(terminal.temporary)


@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGINT, "Opening two shops"), (signal.SIGTERM, "pending → accepted")],
)
def test_whoever_interrupts_it_finds_nothing_left(temporary, number, words):
    with started(temporary) as running:
        read_until(running, words)
        running.send_signal(number)
        _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (130, "fulfillment: interrupted\n")
    assert_nothing_is_left(temporary)


def test_killed_outright_it_leaves_no_process(temporary):
    with started(temporary) as running:
        read_until(running, "pending → accepted")
        running.kill()
    until(lambda: not processes_of(temporary), what="all of its processes are gone")


@pytest.mark.parametrize("name", ["worker", "jakarta-sandbox"])
def test_when_a_part_dies_it_says_which_shows_the_logs_and_keeps_them(temporary, name):
    with started(temporary) as running:
        read_until(running, "pending → accepted")
        for pid in processes_of(temporary):
            if Path(f"/proc/{pid}/fd/1").readlink().name == f"{name}.log":
                os.kill(pid, signal.SIGKILL)
        said, errors = running.communicate(timeout=30)
    assert (running.returncode, errors) == (1, "")
    assert f"The demo had to stop. The {name} " in said
    assert "The last lines of worker.log" in said
    assert processes_of(temporary) == {}
    (kept,) = temporary.iterdir()
    assert str(kept) in said
    assert (kept / "fulfillment.db").exists()
