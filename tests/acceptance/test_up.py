"""`fulfillment up`: everything runs in one terminal and ends together; no process is left, and the data stays."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM

import pytest

from tests.support.courier import event_document
from tests.support.installation import FULFILLMENT, Installation, patient
from tests.support.programs import Program, until

PROCESSES = 4
"""The receiver, the worker, the console and Valkey."""


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation]) -> Installation:
    """An installation whose receiver, worker and Valkey are run by `up`, in a folder that does not exist yet."""
    installation = build(**patient())
    installation.data_dir.rmdir()
    program = installation.add(
        "up", [*FULFILLMENT, "up"], lambda: installation.answers() and "worker_ready" in program.output
    )
    installation.platform.start()
    return installation


@pytest.fixture
def up(installation: Installation) -> Iterator[Program]:
    """The command, running."""
    program = installation.programs["up"]
    if not program.is_alive:
        program.start()
    processes = children(program.pid)
    yield program
    for pid in processes if not program.is_alive else ():
        with suppress(ProcessLookupError):  # it has ended, as it should
            os.kill(pid, SIGKILL)


def moves_an_order(installation: Installation, order_id: int) -> None:
    installation.sandbox.order(order_id)
    event = event_document(f"evt_{order_id}", "shipment.delivered", order_id)
    assert installation.courier.post_until_acknowledged(event).status_code == 202
    until(lambda: installation.sandbox.seen(order_id)["status"] == "completed")


def children(pid: int) -> dict[int, str]:
    """Return the living children of a process, and the command of each."""
    commands = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                commands[int(stat.parent.name)] = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has ended meanwhile
            continue
    return commands


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_that_dies_is_started_again(installation, up):
    moves_an_order(installation, 1)
    before = children(up.pid)
    assert len(before) == PROCESSES
    for pid in before:
        os.kill(pid, SIGKILL)
    until(lambda: len(children(up.pid)) == PROCESSES and not before.keys() & children(up.pid).keys())
    moves_an_order(installation, 2)


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_signal_ends_all_processes_the_embedded_valkey_last_and_the_data_stays(installation, up, number):
    moves_an_order(installation, 100 + number)
    processes = children(up.pid)
    (valkey,) = [pid for pid, command in processes.items() if "valkey" in command]
    up.send(number)
    while up.is_alive:
        if not is_running(valkey):  # it is asked for first, because time passes between two questions
            assert not any(is_running(pid) for pid in processes), "Valkey has ended before the processes that use it"
        time.sleep(0.005)  # short, because the order of the ends can be seen only while it happens
    assert up.exit_code() == 0
    assert not any(is_running(pid) for pid in processes)
    assert not (installation.data_dir / "valkey.sock").exists()
    assert not installation.answers()
    assert "Traceback" not in up.log
    database = installation.data_dir / "fulfillment.db"
    assert up.output.endswith(f"All processes have ended. The data stays: SQLite, {database}.\n")
    assert installation.rows("SELECT 1 FROM orders")


def test_a_second_signal_ends_everything_at_once_and_leaves_no_process(installation, up):
    installation.sandbox.order(4)
    installation.sandbox.fault("delay", seconds=60, times=None)
    calls = installation.sandbox.totals()["calls"]
    installation.courier.post_until_acknowledged(event_document("evt_4", "shipment.delivered", 4))
    until(lambda: installation.sandbox.totals()["calls"] > calls, what="a call is under way")
    processes = children(up.pid)
    up.send(SIGINT)
    until(lambda: "worker_ending" in up.output, what="the first signal has reached the worker")
    up.send(SIGINT)
    assert up.exit_code() == 0
    assert installation.leases(), "the call has come to its end"
    assert not any(is_running(pid) for pid in processes)
    installation.sandbox.lift_faults()


def test_up_begins_with_what_it_runs_and_a_command_to_try(installation, up):
    banner, _, _ = up.output.partition("worker_ready")
    assert banner.startswith("Everything runs in this terminal until Ctrl-C.\n")
    for text in (
        "main (awalchat)",
        f"{installation.url}/webhooks/courier",
        f"{installation.url}/webhooks/awalchat",
        f"SQLite, {installation.data_dir}/fulfillment.db",
        "fulfillment doctor",
    ):
        assert text in banner


def test_kill_9_of_up_leaves_no_process_and_up_can_start_again(installation, up):
    processes = children(up.pid)
    assert len(processes) == PROCESSES
    up.kill()
    until(lambda: not any(is_running(pid) for pid in processes), what="all of them have ended")
    up.start()
    moves_an_order(installation, 3)
