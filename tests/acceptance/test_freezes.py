"""A worker or a broker that is frozen, or gone for a while: the others go on, and whoever wakes late does no harm."""

import sqlite3
from contextlib import closing
from signal import SIGCONT, SIGSTOP, SIGTERM

from sqlalchemy import make_url

from tests.courier import news
from tests.house import House
from tests.programs import until
from tests.traffic import Traffic

HOME = 60
"""Seconds after the last trouble, in which everything must be where it belongs."""


def test_a_worker_that_wakes_after_its_lease_starts_no_call_and_writes_nothing(build):
    house: House = build().open()
    house.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(house, range(1, 9), seed=3, repeats=0).begin()
    until(lambda: house.leases() > 4, what="turns are under way")
    freeze_between_transactions(house)
    traffic.finish()
    house.sandbox.lift_faults()
    house.add_worker("heir").start()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")

    calls, left, turns = house.sandbox.totals()["calls"], memory(house), house.worker.said.count("turn_ended")
    house.worker.send(SIGCONT)
    until(lambda: house.worker.said.count("turn_ended") > turns + 4, what="the turns that were frozen have ended")
    house.courier.wait(1)
    assert (house.sandbox.totals()["calls"], memory(house)) == (calls, left)
    traffic.check_journal()
    traffic.check_platform()


def freeze_between_transactions(house: House) -> None:
    """Freeze the worker where it does not have SQLite's only write lock, which would freeze everybody."""
    while True:
        house.worker.send(SIGSTOP)
        if can_write(house) and house.leases() > 4:
            return
        house.worker.send(SIGCONT)


def can_write(house: House) -> bool:
    """Tell whether the journal takes a write within a quarter of a second."""
    path = make_url(house.database_url).database or ""
    with closing(sqlite3.connect(path, timeout=0.25, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


def memory(house: House) -> list[object]:
    """All that the journal knows of its orders."""
    tables = "orders", "events", "steps", "remarks"
    return [house.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]  # noqa: S608 - four constants


def test_deliveries_are_taken_promptly_while_the_broker_is_frozen_and_are_home_soon_after(build):
    house: House = build().open()
    orders = range(1, 21)
    house.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])
    house.valkey.send(SIGSTOP)
    answers = [house.courier.post(news(f"evt_{n}", "shipment.delivered", n)) for n in orders]
    assert {answer.status_code for answer in answers} == {202}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 1
    until(lambda: "errand_fails" in house.receiver.output, what="the receiver has noticed")
    assert house.get("/readyz").json() == {"status": "ready", "database": "ok", "broker": "unavailable"}

    house.valkey.send(SIGCONT)
    until(lambda: house.sandbox.statuses() == {"completed"}, within=HOME, what="every order is home")
    until(house.at_rest)
    assert (house.sandbox.totals()["transitions"], house.sandbox.totals()["repeat"]) == (80, 0)


def test_a_worker_ends_well_while_its_broker_is_dead_and_the_next_one_goes_on(build):
    house: House = build().open()
    house.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(house, range(1, 9), seed=4).begin()
    until(lambda: house.leases() > 4, what="turns are under way")
    house.valkey.kill()
    traffic.finish()
    house.worker.send(SIGTERM)
    assert house.worker.ends(within=15) == 0
    assert house.leases() == 0, "a turn was cut short"
    assert "Traceback" not in house.worker.said

    house.sandbox.lift_faults()
    house.valkey.start()
    house.worker.start()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")
    traffic.check_journal()
    traffic.check_platform()
