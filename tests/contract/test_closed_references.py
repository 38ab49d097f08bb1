"""What `OperatorStore` promises about a search that an operator has closed, over both databases."""

import pytest

from tests.support.events import KEY, a_delivery, an_event
from tests.support.integrity import assert_integrity
from tests.support.searches import NUMBER, fail_search
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.store.prune import prune
from worker.store.queries.health import HealthQueries

OTHER = OrderKey("main", "2")


@pytest.fixture
def seen(harness, leased_reference) -> Snapshot:
    """A search that stopped a second after the event of order 1 came in."""
    return fail_search(harness, leased_reference)


def test_a_closed_search_needs_no_operator(harness, seen):
    assert harness.operator_store.close(seen, "not ours (ann)", {}) is True
    after = harness.snapshot(NUMBER)
    assert (after.state, after.row.stop, after.row.due) == (State.CLOSED, "", None)
    assert {entry.recorded.result for entry in after.event_entries} == {"void"}
    assert [entry.action for entry in after.audit_log] == ["stopped", "closed_by_operator"]
    assert after.audit_log[-1].detail == "unknown_order: not ours (ann)"
    health = HealthQueries(harness.database).health(HOUR)
    assert {backlog.kind: backlog.count for backlog in health.backlogs} == {"due": 1, "pending": 1}, "only order 1"
    assert_integrity(harness.database)


def test_a_closed_search_is_pruned_like_a_settled_order(harness, seen):
    harness.operator_store.close(seen, "not ours", {})
    now = harness.clock.advance(days=90)
    harness.change(updated_at=now)
    assert prune(harness.database, keep=90 * DAY, dedupe_for=0)["orders"] == 0
    harness.clock.advance(seconds=1)
    assert prune(harness.database, keep=90 * DAY, dedupe_for=0)["orders"] == 1
    assert (harness.order_keys(), harness.audit_rows()) == ([KEY], [])


def test_a_new_event_restarts_a_closed_search_with_an_hour_of_its_own_and_a_repeated_one_does_not(harness, seen):
    harness.operator_store.close(seen, "not ours", {})
    harness.clock.advance(hours=3)
    assert harness.receive("shipment.created", order=NUMBER, key="b") == "duplicate"
    assert harness.row(NUMBER)["due"] is None
    assert harness.receive("shipment.picked_up", order=NUMBER, key="c") == "accepted"
    began = harness.clock()
    row = harness.row(NUMBER)
    assert (row["due"], row["missing_since"], row["failing_since"], row["failures"]) == (began, None, None, 0)
    assert row["closed_by_operator"] == 0, "it is open again"
    harness.run_for(hours=2)
    assert HOUR <= harness.row(NUMBER)["stopped_at"] - began < HOUR + 11 * MINUTE


def test_a_closed_search_that_finds_its_order_later_gives_it_all_events(harness, seen):
    harness.operator_store.close(seen, "not ours", {})
    harness.api.orders["2"].number = "ORD-1"
    harness.accept("shipment.picked_up", order=NUMBER, key="c")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["a"]) == ("completed", "applied")
    assert sorted(harness.order_keys()) == [KEY, OTHER]


@pytest.mark.parametrize("act", ["replay", "release"])
def test_an_operator_restarts_a_closed_search(harness, seen, act):
    harness.operator_store.close(seen, "not ours", {})
    delivery, now = harness.event_rows()[1]["delivery_id"], harness.clock.advance(days=2)
    if act == "replay":
        receipt = harness.intake.replay(delivery, a_delivery(an_event("shipment.delivered", order=NUMBER, key="a")))
        assert (receipt.outcome, receipt.wake_ups) == ("accepted", (NUMBER,))
        assert harness.audit_rows()[-1]["detail"] == f"closed_by_operator: delivery {delivery} was replayed"
    else:
        assert not harness.operator_store.make_due(NUMBER, "x")
        assert harness.operator_store.release(harness.snapshot(NUMBER), "x")
    assert (harness.row(NUMBER)["due"], harness.row(NUMBER)["missing_since"]) == (now, None)
    harness.api.orders["2"].number = "ORD-1"
    harness.run_for(seconds=30)
    assert harness.api.orders["2"].status == "completed"
