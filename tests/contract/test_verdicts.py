"""What the desk promises about an operator's verdict on a search that has stopped, over both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import RowMapping

from tests.support.clock import START
from tests.support.searches import NUMBER, in_vain, look, stop, take
from tests.support.stage import Stage
from tests.support.stories import KEY
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.journal.desk import SqlDesk

OTHER = OrderKey("main", "2")
PARCEL = OrderKey("main", "tracking:T9")
CHANGES: list[dict[str, Any]] = [
    {"stop": "ambiguous_order"},
    {"stopped_at": START + 1},
    {"stop": None, "stopped_at": None},
]


@pytest.fixture
def seen(stage, sought) -> Snapshot:
    """A search that has stopped, a second after the news of order 1 came in."""
    return in_vain(stage, sought)


def everything(stage: Stage) -> tuple[list[RowMapping], ...]:
    return [*map(stage.row, stage.keys())], stage.events(), stage.told()


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


def test_a_parcel_that_an_operator_has_given_to_an_order_leads_to_it_from_then_on(stage):
    stage.hear("shipment.picked_up", "T9", order=PARCEL, key="a")
    stop(stage, take(stage, PARCEL))
    SqlDesk(stage.database).attach(look(stage, PARCEL), "2", "it is theirs")
    stage.hear("shipment.delivered", "T9", order=PARCEL, key="b")
    stage.live(seconds=30)
    assert (stage.api.orders["2"].status, stage.ends()["b"]) == ("completed", "applied")
    assert sorted(stage.keys()) == [KEY, OTHER]


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
