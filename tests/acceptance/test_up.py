"""`fulfillment up`: everything in one terminal, ended together, and nothing left behind."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM

import pytest

from tests.support.courier import event_document
from tests.support.installation import FULFILLMENT, Installation
from tests.support.programs import Program, until


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation]) -> Installation:
    """A house whose receiver, worker and store are run by `up`, in a folder that does not exist yet."""
    installation = build()
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
    family = children(program.pid)
    yield program
    for pid in family if not program.is_alive else ():
        with suppress(ProcessLookupError):  # as it should be
            os.kill(pid, SIGKILL)


def moves_an_order(installation: Installation, order_id: int) -> None:
    installation.sandbox.order(order_id)
    assert (
        installation.courier.post_until_acknowledged(
            event_document(f"evt_{order_id}", "shipment.delivered", order_id)
        ).status_code
        == 202
    )
    until(lambda: installation.sandbox.seen(order_id)["status"] == "completed")


def children(pid: int) -> dict[int, str]:
    """The living children of a process, and what each of them is."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(stat.parent.name)] = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it ended while we looked
            continue
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_dies_is_started_again(installation, up):
    moves_an_order(installation, 1)
    before = children(up.pid)
    assert len(before) == 3
    for pid in before:
        os.kill(pid, SIGKILL)
    until(lambda: len(children(up.pid)) == 3 and not before.keys() & children(up.pid).keys())
    moves_an_order(installation, 2)


@pytest.mark.parametrize("word", [SIGINT, SIGTERM])
def test_it_ends_all_of_it_at_a_word_the_store_last(installation, up, word):
    family = children(up.pid)
    (store,) = [pid for pid, command in family.items() if "valkey" in command]
    up.send(word)
    while up.is_alive:
        still = {pid for pid in family if is_running(pid)}
        assert store in still or not still, "the store ended before those who use it"
        time.sleep(0.005)  # it looks often: who ends before whom is seen only while it happens
    assert up.event_results() == 0
    assert not any(is_running(pid) for pid in family)
    assert not (installation.data_dir / "valkey.sock").exists()
    assert not installation.answers()
    assert "Traceback" not in up.said


def test_kill_9_leaves_nothing_behind_and_the_next_one_starts(installation, up):
    family = children(up.pid)
    assert len(family) == 3
    up.kill()
    until(lambda: not any(is_running(pid) for pid in family), within=10, what="all of them have ended")
    up.start()
    moves_an_order(installation, 3)
