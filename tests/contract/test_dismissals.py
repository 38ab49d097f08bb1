"""What the desk promises about a search that an operator has dismissed, over both databases."""

import pytest

from tests.support.news import a_delivery
from tests.support.searches import NUMBER, in_vain, look
from tests.support.stories import KEY, news
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot, State
from worker.journal.desk import SqlDesk
from worker.journal.prune import prune
from worker.journal.queries.health import HealthQueries

OTHER = OrderKey("main", "2")


@pytest.fixture
def seen(stage, sought) -> Snapshot:
    """A search that has stopped, a second after the news of order 1 came in."""
    return in_vain(stage, sought)


def test_a_dismissed_search_rests_and_needs_nobody(stage, seen):
    assert SqlDesk(stage.database).dismiss(seen, "not ours (ann)") is True
    found = look(stage, NUMBER)
    assert (found.state, found.row.stop, found.row.due) == (State.SETTLED, "", None)
    assert {told.recorded.end for told in found.news} == {"void"}
    assert [said.word for said in found.remarks] == ["stopped", "dismissed"]
    assert found.remarks[-1].detail == "unknown_order: not ours (ann)"
    health = HealthQueries(stage.database).health(HOUR)
    assert {pile.kind: pile.count for pile in health.piles} == {"due": 1, "pending": 1}, "those of order 1"
    assert health.unattended == ()


def test_a_dismissed_search_is_pruned_like_a_settled_order(stage, seen):
    SqlDesk(stage.database).dismiss(seen, "not ours")
    now = stage.clock.advance(days=90)
    stage.change(updated_at=now)
    assert prune(stage.database, keep=90 * DAY, dedupe_for=0)["orders"] == 0
    stage.clock.advance(seconds=1)
    assert prune(stage.database, keep=90 * DAY, dedupe_for=0)["orders"] == 1
    assert (stage.keys(), stage.told()) == ([KEY], [])


def test_newer_news_begins_a_dismissed_search_anew_with_its_own_hour_and_a_repetition_does_not(stage, seen):
    SqlDesk(stage.database).dismiss(seen, "not ours")
    stage.clock.advance(hours=3)
    assert stage.hear("shipment.created", order=NUMBER, key="b") == "duplicate"
    assert stage.row(NUMBER)["due"] is None
    assert stage.hear("shipment.picked_up", order=NUMBER, key="c") == "accepted"
    began = stage.clock()
    row = stage.row(NUMBER)
    assert (row["due"], row["missing_since"], row["failing_since"], row["failures"]) == (began, None, None, 0)
    stage.live(hours=2)
    assert HOUR <= stage.row(NUMBER)["stopped_at"] - began < HOUR + 11 * MINUTE


def test_a_dismissed_search_that_finds_its_order_after_all_gives_it_all_news(stage, seen):
    SqlDesk(stage.database).dismiss(seen, "not ours")
    stage.api.orders["2"].number = "ORD-1"
    stage.hear("shipment.picked_up", order=NUMBER, key="c")
    stage.live(seconds=30)
    assert (stage.api.orders["2"].status, stage.ends()["a"]) == ("completed", "applied")
    assert sorted(stage.keys()) == [KEY, OTHER]


@pytest.mark.parametrize("begin", ["replay", "retry"])
def test_a_person_begins_a_dismissed_search_anew(stage, seen, begin):
    SqlDesk(stage.database).dismiss(seen, "not ours")
    delivery, now = stage.events()[1]["delivery"], stage.clock.advance(days=2)
    if begin == "replay":
        receipt = stage.intake.replay(delivery, a_delivery(news("shipment.delivered", order=NUMBER, key="a")))
        assert (receipt.outcome, receipt.nudges) == ("accepted", (NUMBER,))
        assert stage.told()[-1]["detail"] == f"dismissed: delivery {delivery} was replayed"
    else:
        assert SqlDesk(stage.database).hasten(NUMBER)
    assert (stage.row(NUMBER)["due"], stage.row(NUMBER)["missing_since"]) == (now, None)
    stage.api.orders["2"].number = "ORD-1"
    stage.live(seconds=30)
    assert stage.api.orders["2"].status == "completed"
