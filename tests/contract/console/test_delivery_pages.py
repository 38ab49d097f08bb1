"""The pages of deliveries: lists by filters in the address, one delivery with its verdict, and replays."""

from typing import Any

import pytest

from tests.support.clock import Clock
from tests.support.console_user import ConsoleUser, fields_of, shown
from tests.support.harness import Harness, order_key
from tests.support.tables import rows
from worker.console.access.users import Role
from worker.console.acts import deliveries as acts
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery
from worker.store.tables import deliveries as table

WHY = {"note": "the courier may report that now"}
ALLOWED = {"FULFILLMENT_SOURCES__COURIER__ALLOW": '["order", "shipment"]'}
REFUSED = {"FULFILLMENT_SOURCES__COURIER__ALLOW": '["shipment"]'}
ACCEPTS = b'{"id": "evt_%d", "event": "order.accepted", "timestamp": "2024-01-25T14:30:00Z", "data": {"order_id": %d}}'


def quarantine(harness: Harness, *numbers: int, body: bytes = b"", **fields: Any) -> None:
    for number in numbers:
        values: dict[str, Any] = {"unusable": QuarantineReason.NOT_ALLOWED, "detail": "order.accepted"}
        sent = body or ACCEPTS % (number, number)
        harness.intake.write(Delivery("courier", harness.clock(), sent, **{**values, **fields}))


def outcomes(harness: Harness) -> list[str]:
    return [row.outcome for row in sorted(rows(harness.database, table), key=lambda row: row.id)]


@pytest.fixture
def stored(harness: Harness, clock: Clock) -> Harness:
    """An accepted delivery, three that could not be used for two reasons, and one of an operator."""
    harness.accept(order=order_key(1), tracking="TRK1")
    clock.advance(seconds=10)
    quarantine(harness, 2, named=order_key(2), peer="203.0.113.5")
    quarantine(harness, 3)
    quarantine(harness, 4, body=b"not json", unusable=QuarantineReason.NOT_JSON, detail="")
    harness.accept(order=order_key(1), source="operator")
    return harness


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2, 3, 4, 5}),
        ("outcome=quarantined", {2, 3, 4}),
        ("reason=not_allowed", {2, 3}),
        ("source=operator", {5}),
        ("peer=203.0.113.5", {2}),
        ("order=2", {2}),
        ("order=main/1", {1, 5}),
        ("since=5s", {2, 3, 4, 5}),
    ],
)
def test_a_list_has_the_deliveries_of_the_filter_in_its_address(stored, operator, query, found):
    page = operator.get(f"/deliveries?{query}")
    assert {number for number in range(1, 6) if f'href="/deliveries/{number}"' in page} == found


@pytest.mark.parametrize("query", ["outcome=refused", "reason=bad", "peer=nobody", "order=a%20b", "after=x"])
def test_an_address_that_makes_no_sense_is_refused(operator, query):
    operator.get(f"/deliveries?{query}", 409)


def test_what_could_not_be_used_is_grouped_by_why(stored, operator):
    page = shown(operator.get("/deliveries?by=reason"))
    assert "2 courier not_allowed" in page
    assert "order.accepted" in page
    assert "1 courier not_json" in page


def test_a_delivery_has_its_headers_its_body_and_its_events(harness: Harness, operator: ConsoleUser):
    headers = '{"content-type": "application/json", "x-signature": null}'
    quarantine(harness, 7, headers=headers)
    page = shown(operator.get("/deliveries/1"))
    assert "content-type application/json" in page
    assert "Without their values, which may be secrets: x-signature." in page
    assert "&#34;event&#34;: &#34;order.accepted&#34;" in page
    harness.accept(order=order_key(1), tracking="TRK1")
    page = operator.get("/deliveries/2")
    assert 'href="/orders/main/1"' in page
    operator.get("/deliveries/3", 404)
    operator.get("/deliveries/99999999999999999999", 404)


def test_a_delivery_says_what_a_replay_would_do(stored: Harness):
    page = shown(ConsoleUser(stored.database, **REFUSED).get("/deliveries/2"))
    assert "It is still quarantined: not_allowed: order.accepted" in page
    page = shown(ConsoleUser(stored.database, **ALLOWED).get("/deliveries/2"))
    assert "It brings order.accepted of main/2" in page


def test_one_delivery_is_replayed_and_the_order_knows_who_has_done_it(stored: Harness):
    user = ConsoleUser(stored.database, **ALLOWED)
    page = user.submit("/deliveries/-/replay?id=2", **WHY)
    assert "1 delivery was replayed" in shown(page)
    assert outcomes(stored) == ["accepted", "accepted", "quarantined", "quarantined", "accepted"]
    detail = stored.snapshot(OrderKey("main", "2")).audit_log[-1].detail
    assert detail == "delivery 2, quarantined: the courier may report that now (olga)"


def test_a_replay_that_is_sent_twice_takes_an_event_in_once(stored: Harness):
    user = ConsoleUser(stored.database, **ALLOWED)
    fields = {**fields_of(user.get("/deliveries/-/replay?id=2&id=4")), **WHY}
    assert "1 accepted, 1 quarantined" in shown(user.post("/deliveries/-/replay", fields))
    page = shown(user.post("/deliveries/-/replay", fields))
    assert "its events are in the database" in page
    snapshot = stored.snapshot(OrderKey("main", "2"))
    assert (len(snapshot.events), len(snapshot.audit_log)) == (1, 1)


def test_all_deliveries_of_a_filter_are_replayed_in_steps(stored: Harness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(acts, "BATCH", 2)
    quarantine(stored, 6, 7)
    user, path = ConsoleUser(stored.database, **ALLOWED), "/deliveries/-/replay?outcome=quarantined&since=1h"
    assert "Replay 5 deliveries" in shown(user.get(path))
    page = user.submit(path, **WHY)
    assert "2 deliveries were replayed" in shown(page)
    page = user.go_on(path, page)
    assert "4 deliveries were replayed" in shown(page)
    page = user.go_on(path, page)
    assert "5 deliveries were replayed" in shown(page)
    assert "Go on" not in page
    assert outcomes(stored).count("quarantined") == 1  # that is no JSON


def test_a_replay_needs_a_choice_and_a_reason(stored: Harness, operator: ConsoleUser):
    for path in ("", "?source=courier", "?outcome=accepted", "?outcome=quarantined&order=2", "?id=x"):
        operator.get(f"/deliveries/-/replay{path}", 409)
    operator.submit("/deliveries/-/replay?id=2", 409, note=" ")
    assert outcomes(stored).count("quarantined") == 3


def test_only_what_a_replay_can_change_can_be_selected(stored: Harness, operator: ConsoleUser):
    page = operator.get("/deliveries")
    assert {number for number in range(1, 6) if f'name="id" value="{number}"' in page} == {2, 3, 4}
    assert "What a replay would do" not in operator.get("/deliveries/1")
    assert "delivery 1 is accepted: its events are in the database" in shown(operator.get("/deliveries/-/replay?id=1"))
    stored.accept(order=OrderKey("main", "number:ORD-1"))
    assert 'name="id" value="6"' in operator.get("/deliveries")


def test_a_viewer_cannot_replay(stored: Harness):
    viewer = ConsoleUser(stored.database, Role.VIEWER, **ALLOWED)
    viewer.get("/deliveries/-/replay?id=2", 403)
    viewer.post("/deliveries/-/replay", {"id": "2", **WHY}, 403)
    assert outcomes(stored).count("quarantined") == 3
