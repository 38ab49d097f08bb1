"""What the desk promises about an operator's verdict on a search that has stopped, over both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import RowMapping

from tests.support.clock import START
from tests.support.news import a_delivery
from tests.support.searches import NUMBER, look, stop, take
from tests.support.stage import Stage
from tests.support.stories import KEY, news
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot, State
from worker.journal.desk import SqlDesk
from worker.journal.prune import prune
from worker.journal.queries.health import HealthQueries

OTHER = OrderKey("main", "2")
CHANGES: list[dict[str, Any]] = [
    {"stop": "ambiguous_order"},
    {"stopped_at": START + 1},
    {"stop": None, "stopped_at": None},
]


@pytest.fixture
def seen(stage, sought) -> Snapshot:
    """A search that has stopped, a second after the news of order 1 came in."""
    failing = {"failures": 9, "failing_since": START, "missing_since": START}
    stage.clock.advance(seconds=1)
    stop(stage, sought)
    stage.change(NUMBER, **failing)
    return look(stage, NUMBER)


def everything(stage: Stage) -> tuple[list[RowMapping], ...]:
    return [*map(stage.row, stage.keys())], stage.events(), stage.told()


# --------------------------------------------------------------------------------------------------------------- found


def test_all_news_is_that_of_the_order_which_is_due_and_has_a_remark(stage, seen):
    stage.clock.advance(seconds=1)
    assert SqlDesk(stage.database).attach(seen, "1", "a misprint (ann)") is True
    row = stage.row()
    assert (stage.keys(), row["events"], row["revision"], row["due"]) == ([KEY], 3, 2, START)
    assert {e["key"]: (e["order"], e["reference"], e["end"]) for e in stage.events()} == {
        "first": (row["id"], "", "pending"),
        "a": (row["id"], "number:ORD-1", "pending"),
        "b": (row["id"], "number:ORD-1", "pending"),
    }
    (said,) = stage.told()
    assert (said["order"], said["word"], said["at"]) == (row["id"], "found", stage.clock())
    assert said["detail"] == "by an operator, for number ORD-1: a misprint (ann)"


def test_an_order_that_the_journal_has_never_seen_begins_with_it(stage, seen):
    assert SqlDesk(stage.database).attach(seen, "2", "a misprint") is True
    row = stage.row(OTHER)
    assert (row["events"], row["revision"], row["due"], row["first_seen_at"]) == (2, 1, stage.clock(), stage.clock())
    assert [event.event.key for event in take(stage, OTHER).events] == ["a", "b"]


def test_a_number_that_may_be_a_misprint_is_not_taken_for_the_orders_own(stage, seen):
    SqlDesk(stage.database).attach(seen, "1", "a misprint")
    assert stage.row()["number"] == ""
    assert stage.turns.known_as(NUMBER) == []


def test_an_order_without_room_gets_nothing(stage, seen):
    stage.change(events=999)
    before = everything(stage)
    assert SqlDesk(stage.database).attach(seen, "1", "a misprint") is False
    assert everything(stage) == before


def test_the_use_case_walks_the_order_that_an_operator_has_named(stage, seen):
    SqlDesk(stage.database).attach(seen, "2", "a misprint")
    stage.live(seconds=30)
    assert (stage.api.orders["2"].status, stage.ends()["a"]) == ("completed", "applied")


# ------------------------------------------------------------------------------------------------------------- dismiss


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


# ------------------------------------------------------------------------------------------------------- the stop seen


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "decide",
    [lambda desk, seen: desk.attach(seen, "1", "x") is None, lambda desk, seen: desk.dismiss(seen, "x") is False],
    ids=["found", "dismissed"],
)
def test_a_search_that_has_another_stop_by_now_is_left_alone(
    stage, seen, change, decide: Callable[[SqlDesk, Snapshot], bool]
):
    stage.change(NUMBER, **change)
    before = everything(stage)
    assert decide(SqlDesk(stage.database), seen)
    assert everything(stage) == before
