"""What the desk promises about a search that an operator has dismissed, over both databases."""

import pytest

from tests.support.events import KEY, a_delivery, an_event
from tests.support.searches import NUMBER, in_vain, look
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot, State
from worker.store.operator import SqlOperatorStore
from worker.store.prune import prune
from worker.store.queries.health import HealthQueries

OTHER = OrderKey("main", "2")


@pytest.fixture
def seen(harness, sought) -> Snapshot:
    """A search that has stopped, a second after the news of order 1 came in."""
    return in_vain(harness, sought)


def test_a_dismissed_search_rests_and_needs_nobody(harness, seen):
    assert SqlOperatorStore(harness.database).dismiss(seen, "not ours (ann)") is True
    found = look(harness, NUMBER)
    assert (found.state, found.row.stop, found.row.due) == (State.SETTLED, "", None)
    assert {told.recorded.result for told in found.news} == {"void"}
    assert [said.word for said in found.audit_log] == ["stopped", "dismissed"]
    assert found.audit_log[-1].detail == "unknown_order: not ours (ann)"
    health = HealthQueries(harness.database).health(HOUR)
    assert {backlog.kind: backlog.count for backlog in health.backlogs} == {"due": 1, "pending": 1}, "those of order 1"
    assert health.orphaned == ()


def test_a_dismissed_search_is_pruned_like_a_settled_order(harness, seen):
    SqlOperatorStore(harness.database).dismiss(seen, "not ours")
    now = harness.clock.advance(days=90)
    harness.change(updated_at=now)
    assert prune(harness.database, keep=90 * DAY, dedupe_for=0)["orders"] == 0
    harness.clock.advance(seconds=1)
    assert prune(harness.database, keep=90 * DAY, dedupe_for=0)["orders"] == 1
    assert (harness.order_keys(), harness.audit_rows()) == ([KEY], [])


def test_newer_news_begins_a_dismissed_search_anew_with_its_own_hour_and_a_repetition_does_not(harness, seen):
    SqlOperatorStore(harness.database).dismiss(seen, "not ours")
    harness.clock.advance(hours=3)
    assert harness.receive("shipment.created", order=NUMBER, key="b") == "duplicate"
    assert harness.row(NUMBER)["due"] is None
    assert harness.receive("shipment.picked_up", order=NUMBER, key="c") == "accepted"
    began = harness.clock()
    row = harness.row(NUMBER)
    assert (row["due"], row["missing_since"], row["failing_since"], row["failures"]) == (began, None, None, 0)
    harness.run_for(hours=2)
    assert HOUR <= harness.row(NUMBER)["stopped_at"] - began < HOUR + 11 * MINUTE


def test_a_dismissed_search_that_finds_its_order_after_all_gives_it_all_news(harness, seen):
    SqlOperatorStore(harness.database).dismiss(seen, "not ours")
    harness.api.orders["2"].number = "ORD-1"
    harness.receive("shipment.picked_up", order=NUMBER, key="c")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["a"]) == ("completed", "applied")
    assert sorted(harness.order_keys()) == [KEY, OTHER]


@pytest.mark.parametrize("begin", ["replay", "retry"])
def test_a_person_begins_a_dismissed_search_anew(harness, seen, begin):
    SqlOperatorStore(harness.database).dismiss(seen, "not ours")
    delivery, now = harness.event_rows()[1]["delivery"], harness.clock.advance(days=2)
    if begin == "replay":
        receipt = harness.intake.replay(delivery, a_delivery(an_event("shipment.delivered", order=NUMBER, key="a")))
        assert (receipt.outcome, receipt.wake_ups) == ("accepted", (NUMBER,))
        assert harness.audit_rows()[-1]["detail"] == f"dismissed: delivery {delivery} was replayed"
    else:
        assert SqlOperatorStore(harness.database).hasten(NUMBER)
    assert (harness.row(NUMBER)["due"], harness.row(NUMBER)["missing_since"]) == (now, None)
    harness.api.orders["2"].number = "ORD-1"
    harness.run_for(seconds=30)
    assert harness.api.orders["2"].status == "completed"
