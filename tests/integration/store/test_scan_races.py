"""Scans, deliveries and the schedulers write the same orders at the same time, and none keeps another waiting."""

import random
from collections.abc import Callable

from sqlalchemy import select

from tests.support.at_once import at_once
from tests.support.events import a_delivery, a_hint
from tests.support.harness import order_key
from worker.domain.instants import MINUTE
from worker.domain.reasons import Finding
from worker.ports import Listed, lock_name
from worker.reconcile.scan import LOCK_LASTS
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.leases.due import DueOrders
from worker.store.scans import SqlScans
from worker.store.tables import orders

ORDERS = 40
ROUNDS = 15


def test_scans_and_deliveries_of_the_same_orders_never_wait_in_a_circle(database_url: str):
    database = Database(database_url, timeout_seconds=20)
    intake, scans, due = SqlIntake(database), SqlScans(database), DueOrders(database)

    def shuffled(chance: random.Random) -> list[str]:
        return chance.sample([str(number) for number in range(ORDERS)], ORDERS)

    def deliver(chance: random.Random, at: int) -> None:
        hints = [a_hint(f"{at}_{chance.random()}", order=order_key(int(number))) for number in shuffled(chance)]
        intake.write(a_delivery(*hints, received_at=intake.now()))

    def find(chance: random.Random, _at: int) -> None:
        numbers = shuffled(chance)
        found = {number: Listed(Finding.NEW, "pending paid, not nothing") for number in numbers[: ORDERS // 2]}
        assert len(scans.record("main", found, numbers[ORDERS // 2 :])) == len(found)

    def claim(_chance: random.Random, _at: int) -> None:
        due.claim(ORDERS, MINUTE)

    works: list[Callable[[random.Random, int], None]] = [deliver, deliver, find, find, claim]

    def repeat(number: int) -> None:
        chance = random.Random(number)
        for at in range(ROUNDS):
            works[number](chance, at)

    at_once(repeat, range(len(works)))
    with database.read() as connection:
        revisions = connection.execute(select(orders.c.revision)).scalars().all()
    database.close()
    # Each change of an order is one revision: none was lost, and none was made twice.
    assert len(revisions) == ORDERS
    assert sum(revisions) == 2 * ROUNDS * ORDERS + 2 * ROUNDS * ORDERS // 2


def test_one_of_many_workers_scans_an_account(database_url: str):
    database = Database(database_url)
    locks, name = SqlLocks(database), lock_name("main")

    def keep(held_until: int | None) -> int:
        """Let six workers try to take or keep the lock at once, and return until when the only one has it."""
        ends = at_once(lambda _: locks.keep(name, LOCK_LASTS, held_until), range(6))
        (end,) = [end for end in ends if end is not None]
        return end

    for _ in range(10):
        taken = keep(None)
        kept = keep(taken)
        locks.release(name, taken)
        assert locks.keep(name, LOCK_LASTS, None) is None  # it was kept meanwhile, so it is not free
        locks.release(name, kept)
    database.close()
