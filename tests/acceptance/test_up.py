"""`fulfillment up`: everything in one terminal, ended together, and nothing left behind."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM

import pytest

from tests.courier import news
from tests.house import FULFILLMENT, House
from tests.programs import Program, until


def launched(build: Callable[..., House]) -> tuple[House, Program]:
    """A house whose receiver, worker and store are run by `up`, in a folder that does not exist yet."""
    house = build()
    house.data_dir.rmdir()
    up = house.add("up", [*FULFILLMENT, "up"], lambda: house.answers() and "worker_ready" in up.output)
    house.platform.start()
    return house, up.start()


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


@pytest.mark.parametrize("word", [SIGINT, SIGTERM])
def test_it_moves_orders_and_ends_all_of_it_at_a_word_the_store_last(build, word):
    house, up = launched(build)
    house.sandbox.order(1)
    assert house.courier.post(news("evt_1", "shipment.delivered", 1)).status_code == 202
    until(lambda: house.sandbox.seen(1)["status"] == "completed")

    family = children(up.pid)
    (store,) = [pid for pid, command in family.items() if "valkey" in command]
    assert len(family) == 3
    up.send(word)
    while up.is_alive:
        still = {pid for pid in family if is_running(pid)}
        assert store in still or not still, "the store ended before those who use it"
        time.sleep(0.005)
    assert up.ends() == 0
    assert not any(is_running(pid) for pid in family)
    assert not (house.data_dir / "valkey.sock").exists()
    assert not house.answers()
    assert "Traceback" not in up.said


def test_kill_9_leaves_nothing_behind_and_the_next_one_starts(build):
    house, up = launched(build)
    family = children(up.pid)
    assert len(family) == 3
    up.send(SIGKILL)
    up.ends()
    until(lambda: not any(is_running(pid) for pid in family), within=10, what="all of them have ended")
    up.start()
    assert house.answers()


def test_what_dies_is_started_again(build):
    house, up = launched(build)
    house.sandbox.order(1)
    for pid, command in children(up.pid).items():
        if "valkey" not in command:
            os.kill(pid, SIGKILL)
    until(lambda: len(children(up.pid)) == 3)
    until(house.answers)
    assert house.courier.insist(news("evt_1", "shipment.delivered", 1)).status_code == 202
    until(lambda: house.sandbox.seen(1)["status"] == "completed")
