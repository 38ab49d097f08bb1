"""The larger bodies of a reference count for the order that gets its events, over both databases."""

import os

from sqlalchemy import func, select

from tests.support.events import KEY, a_delivery, an_event
from tests.support.harness import Harness
from tests.support.searches import NUMBER
from worker.domain.reasons import DeliveryOutcome
from worker.store.intake.order_bodies import MAX_BYTES, NOT_KEPT
from worker.store.tables import deliveries


def find(harness: Harness, *bodies: bytes) -> None:
    """Find the order by a number, of which there was one delivery with each of *bodies*."""
    for body in bodies:
        delivery = a_delivery(an_event(order=NUMBER), received_at=harness.clock(), body=body)
        assert harness.intake.write(delivery).outcome is DeliveryOutcome.ACCEPTED
    harness.reconcile(NUMBER)


def sizes(harness: Harness) -> list[int | None]:
    with harness.database.read() as connection:
        query = select(func.length(deliveries.c.body)).order_by(deliveries.c.id)
        return list(connection.execute(query).scalars())


def test_an_order_that_is_found_again_and_again_keeps_no_more_than_others(harness: Harness):
    harness.accept("order.accepted")
    harness.change(number="ORD-1")
    half = MAX_BYTES // 2
    find(harness, os.urandom(half - 10))
    find(harness, os.urandom(half))
    assert sizes(harness)[1:] == [half - 10, half]
    find(harness, os.urandom(512), b"small")
    assert sizes(harness)[1:] == [half - 10, half, None, 5]
    assert (harness.row()["body_bytes"], harness.row()["event_count"]) == (MAX_BYTES - 10, 5)
    assert harness.delivery_details()[1:] == ["", "", NOT_KEPT, ""]
    assert harness.order_keys() == [KEY]
