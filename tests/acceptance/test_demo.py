"""`fulfillment demo` as its user sees it: in a pipe, on a terminal, interrupted, and with a process that dies."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.demos import (
    LIMIT_SECONDS,
    DemoRun,
    assert_nothing_is_left,
    environment,
    processes_of,
    read_until,
    run_in_pipe,
    run_on_terminal,
    running_demo,
    temporary_folder,
)
from tests.support.programs import until

COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-7]|9[0-7]|38|48)[0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def temporary() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


def number(output: str, name: str) -> int:
    row = re.search(rf"^  {name} +([0-9]+)", output, re.MULTILINE)
    assert row, f"no {name} in the summary"
    return int(row[1])


def parts(output: str, name: str) -> list[int]:
    """Return the parts of a number of the summary, which may take several lines."""
    row = re.search(rf"^  {name} +[0-9]+  (.*(?:\n {{20}}.*)*)", output, re.MULTILINE)
    assert row
    return [int(part.split()[0]) for part in re.split("·|\n", row[1])]


class Runs(NamedTuple):
    """The demo in a pipe, on a terminal, and in a pipe with its folder kept."""

    pipe: DemoRun
    terminal: DemoRun
    kept: DemoRun


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """Runs of the demo, all at once: they share nothing, and wait most of the time for the day to pass."""
    with ExitStack() as stack:
        one, two, three = (stack.enter_context(temporary_folder()) for _ in range(3))
        threads = stack.enter_context(ThreadPoolExecutor())
        pipe, kept = threads.submit(run_in_pipe, one), threads.submit(run_in_pipe, three, "--keep")
        terminal = threads.submit(run_on_terminal, two, NO_COLOR="1")
        yield Runs(pipe.result(), terminal.result(), kept.result())


def test_the_demo_in_a_pipe_passes_all_its_checks_and_leaves_nothing(runs):
    pipe = runs.pipe
    assert (pipe.code, pipe.errors) == (0, ""), pipe.output
    assert pipe.seconds < LIMIT_SECONDS
    assert pipe.output.count("✓") == 9
    assert "✗" not in pipe.output
    assert "\x1b" not in pipe.output
    assert_nothing_is_left(pipe.temporary)


def test_the_numbers_of_the_summary_agree_with_each_other_and_with_the_lines_before_it(runs):
    output = runs.pipe.output
    for name in ("orders", "deliveries", "events", "API calls", "API answers", "writes"):
        assert sum(parts(output, name)) == number(output, name), name
    assert (number(output, "illegal steps"), number(output, "data losses")) == (0, 0)
    assert number(output, "steps") == len(re.findall(r"^\S+  worker .* → ", output, re.MULTILINE))
    assert number(output, "deliveries") == len(re.findall(r" → [0-9]{3} ", output))
    assert number(output, "orders") == output.count("places the order")
    assert number(output, "retries") == 5


def test_the_demo_on_a_terminal_draws_within_80_columns_and_without_colour_if_asked(runs):
    terminal = runs.terminal
    assert terminal.code == 0, terminal.output
    assert terminal.seconds < LIMIT_SECONDS
    assert not COLOUR.search(terminal.output)
    assert terminal.output.rindex("\x1b[?25h") > terminal.output.rindex("\x1b[?25l")  # the cursor is visible again
    rows = re.split("[\r\n]+", ESCAPE.sub("", terminal.output))
    assert max(map(len, rows)) <= 80
    for row in (
        "1001 .*●━●━●─○─○ +shipped",
        "1001 .*●━●━●━●━● +completed +closed",
        "1001 .*●━●━●─○─○ +shipped +stop: shipment_returned",
        "1006 .*●━●─✗ +cancelled +stop: moving_while_cancelled",
        "ord_kopi .*●━●━●━●━● +delivered +closed",
    ):
        assert any(re.match(row, drawn) for drawn in rows), row
    assert_nothing_is_left(terminal.temporary)


def test_the_demo_shows_couriers_that_sign_that_have_a_token_and_that_post_lists(runs):
    output = runs.pipe.output
    for line in (
        "  oto .*signature: 3 fields · Authorization: token · pickedUp = picked_up",
        r"[0-9:]+  oto +riyadh/\S+ +pickedUp = picked_up → 200 accepted",
        r"[0-9:]+  oto +riyadh/\S+ +delivered, forged → 401 refused",
        r"[0-9:]+  aymakan +riyadh/\S+ +AY-0002 = picked_up → 200 duplicate",
        r"[0-9:]+  kiriminaja +jakarta/\S+ +processed_packages = created → 200 accepted, with ord_soto and ord_kopi",
        r"[0-9:]+  biteship +jakarta/ord_teh +delivered → 200 accepted",
        r"[0-9:]+  courier +riyadh/1005 +shipment.delivered B → 202 accepted",
    ):
        assert re.search(f"^{line}$", output, re.MULTILINE), line


def test_an_unknown_word_is_quarantined_until_the_merchant_tells_its_meaning(runs):
    lines = [line.partition("riyadh/1008")[2].strip() for line in runs.pipe.output.splitlines()]
    words = ["AY-0059 → 200 quarantined", "replays AY-0059 as out_for_delivery: accepted", "accepted → shipped"]
    assert [line for line in lines if line in words] == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGINT, "Starting two shops"), (signal.SIGTERM, "pending → accepted")],
)
def test_an_interrupted_demo_leaves_nothing(temporary, number, words):
    with running_demo(temporary) as process:
        read_until(process, words)
        process.send_signal(number)
        _, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (130, "fulfillment: interrupted\n")
    assert_nothing_is_left(temporary)


def test_a_killed_demo_leaves_no_process(temporary):
    with running_demo(temporary) as process:
        read_until(process, "pending → accepted")
        process.kill()
    until(lambda: not processes_of(temporary), what="all of its processes are gone")


@pytest.mark.parametrize("name", ["worker", "jakarta-sandbox"])
def test_the_demo_names_a_process_that_dies_prints_the_logs_and_keeps_them(temporary, name):
    with running_demo(temporary) as process:
        read_until(process, "pending → accepted")
        for pid in processes_of(temporary):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                if Path(f"/proc/{pid}/fd/1").readlink().name == f"{name}.log":
                    os.kill(pid, signal.SIGKILL)
        output, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (1, "")
    assert f"The demo had to stop. The {name} " in output
    assert "The last lines of worker.log" in output
    assert processes_of(temporary) == {}
    (kept,) = temporary.iterdir()
    assert str(kept) in output
    assert (kept / "fulfillment.db").exists()


def test_a_demo_that_is_kept_is_shown_by_the_commands_that_it_prints(runs):
    assert (runs.kept.code, runs.kept.errors) == (0, ""), runs.kept.output
    temporary = runs.kept.temporary
    assert processes_of(temporary) == {}
    (kept,) = temporary.iterdir()
    lines = runs.kept.output.partition(f"settings are in {kept}")[2].splitlines()
    [export] = [line.strip() for line in lines if "export " in line]
    shown = [line.strip().partition(" ")[2] for line in lines if re.search("(list|explain)", line)]
    assert len(shown) == 3
    for arguments in shown:
        command = f"{export}; {sys.executable} -P -m worker.cli {arguments}"
        ended = subprocess.run(
            ["sh", "-c", command], env=environment(temporary), capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, ""), arguments
        assert "riyadh" in ended.stdout or "courier" in ended.stdout
