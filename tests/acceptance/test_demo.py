"""`fulfillment demo`, as whoever tries it sees it: in a pipe, on a terminal, interrupted, and with a part that dies."""

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.demos import (
    Seen,
    assert_nothing_is_left,
    played,
    processes_of,
    read_until,
    started,
    temporary_folder,
    watched,
)
from tests.support.programs import until

LIMIT = 40
COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-7]|9[0-7]|38|48)[0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def temporary() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


def number(said: str, name: str) -> int:
    found = re.search(rf"^  {name} +([0-9]+)", said, re.MULTILINE)
    assert found, f"no {name} in the summary"
    return int(found[1])


def parts(said: str, name: str) -> list[int]:
    """The numbers that a number of the summary is made of, on as many lines as they take."""
    found = re.search(rf"^  {name} +[0-9]+  (.*(?:\n {{20}}.*)*)", said, re.MULTILINE)
    assert found
    return [int(part.split()[0]) for part in re.split("·|\n", found[1])]


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
    assert number(said, "writes") == len(re.findall(r"^\S+  worker .* → ", said, re.MULTILINE))
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
