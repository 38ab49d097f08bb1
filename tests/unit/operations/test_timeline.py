"""The timeline of an order: everything that happened to it, in sequence, each with what decided it."""

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import snapshot
from worker.domain.instants import MINUTE, SECOND
from worker.domain.overview.snapshot import Write
from worker.domain.stages import Stage
from worker.operations.timeline import timeline
from worker.store.queries.order_deliveries import OrderDelivery


def delivery(number: int, outcome: str, reason: str = "", detail: str = "", at: int = START) -> OrderDelivery:
    return OrderDelivery(number, "courier", at, outcome, reason, detail)


def test_a_delivery_comes_before_the_event_that_it_brought():
    entries = timeline(snapshot(an_event("shipment.delivered", "A")), [delivery(1, "accepted")])
    assert [(entry.kind, entry.text, entry.delivery_id) for entry in entries] == [
        ("delivery", "1 of courier → accepted", 1),
        ("event", "courier: shipment.delivered A → pending", 1),
    ]


def test_a_delivery_that_could_not_be_used_has_its_verdict():
    quarantined = delivery(7, "quarantined", "not_allowed", "order.shipped")
    (entry,) = timeline(snapshot(), [quarantined])
    assert entry.text == "7 of courier → quarantined: not_allowed, order.shipped"
    (entry,) = timeline(snapshot(), [delivery(8, "stale", detail="400 s too old")])
    assert entry.text == "8 of courier → stale: 400 s too old"


def test_a_write_and_its_answer_are_two_entries():
    answered = Write(Stage.SHIPPED, {"status": "shipped", "admin_notes": "…"}, START, answered_at=START + SECOND)
    waiting = Write(Stage.DELIVERED, {"status": "delivered"}, START + MINUTE, inferred=True)
    entries = timeline(snapshot(writes=(waiting, answered)))
    assert [entry.text for entry in entries] == [
        "shipped with admin_notes",
        "sent",
        "delivered (inferred)",
        "none yet: uncertain",
    ]
