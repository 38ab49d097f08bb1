"""What the desk promises about an operator's verdict on a search that has stopped, over both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import RowMapping

from tests.support.clock import START
from tests.support.harness import Harness
from tests.support.searches import NUMBER, in_vain, look, stop, take
from tests.support.events import KEY
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.store.operator import SqlOperatorStore

OTHER = OrderKey("main", "2")
PARCEL = OrderKey("main", "tracking:T9")
CHANGES: list[dict[str, Any]] = [
    {"stop": "ambiguous_order"},
    {"stopped_at": START + 1},
    {"stop": None, "stopped_at": None},
]


@pytest.fixture
def seen(harness, sought) -> Snapshot:
    """A search that has stopped, a second after the news of order 1 came in."""
    return in_vain(harness, sought)


def everything(harness: Harness) -> tuple[list[RowMapping], ...]:
    return [*map(harness.row, harness.order_keys())], harness.event_rows(), harness.audit_rows()


def test_all_news_is_that_of_the_order_which_is_due_and_has_a_remark(harness, seen):
    harness.clock.advance(seconds=1)
    assert SqlOperatorStore(harness.database).attach(seen, "1", "a misprint (ann)") is True
    row = harness.row()
    assert (harness.order_keys(), row["events"], row["revision"], row["due"]) == ([KEY], 3, 2, START)
    assert {e["key"]: (e["order"], e["reference"], e["result"]) for e in harness.event_rows()} == {
        "first": (row["id"], "", "pending"),
        "a": (row["id"], "number:ORD-1", "pending"),
        "b": (row["id"], "number:ORD-1", "pending"),
    }
    (said,) = harness.audit_rows()
    assert (said["order"], said["word"], said["at"]) == (row["id"], "found", harness.clock())
    assert said["detail"] == "by an operator, for number ORD-1: a misprint (ann)"


def test_an_order_that_the_journal_has_never_seen_begins_with_it(harness, seen):
    assert SqlOperatorStore(harness.database).attach(seen, "2", "a misprint") is True
    row = harness.row(OTHER)
    assert (row["events"], row["revision"], row["due"], row["first_seen_at"]) == (
        2,
        1,
        harness.clock(),
        harness.clock(),
    )
    assert [event.event.key for event in take(harness, OTHER).events] == ["a", "b"]


def test_a_number_that_may_be_a_misprint_is_not_taken_for_the_orders_own(harness, seen):
    SqlOperatorStore(harness.database).attach(seen, "1", "a misprint")
    assert harness.row()["number"] == ""
    assert harness.order_store.known_as(NUMBER) == []


def test_an_order_without_room_gets_nothing(harness, seen):
    harness.change(events=999)
    before = everything(harness)
    assert SqlOperatorStore(harness.database).attach(seen, "1", "a misprint") is False
    assert everything(harness) == before


def test_the_use_case_walks_the_order_that_an_operator_has_named(harness, seen):
    SqlOperatorStore(harness.database).attach(seen, "2", "a misprint")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["a"]) == ("completed", "applied")


def test_a_parcel_that_an_operator_has_given_to_an_order_leads_to_it_from_then_on(harness):
    harness.receive("shipment.picked_up", "T9", order=PARCEL, key="a")
    stop(harness, take(harness, PARCEL))
    SqlOperatorStore(harness.database).attach(look(harness, PARCEL), "2", "it is theirs")
    harness.receive("shipment.delivered", "T9", order=PARCEL, key="b")
    harness.run_for(seconds=30)
    assert (harness.api.orders["2"].status, harness.event_results()["b"]) == ("completed", "applied")
    assert sorted(harness.order_keys()) == [KEY, OTHER]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "decide",
    [lambda store, seen: store.attach(seen, "1", "x") is None, lambda store, seen: store.dismiss(seen, "x") is False],
    ids=["found", "dismissed"],
)
def test_a_search_that_has_another_stop_by_now_is_left_alone(
    harness, seen, change, decide: Callable[[SqlOperatorStore, Snapshot], bool]
):
    harness.change(NUMBER, **change)
    before = everything(harness)
    assert decide(SqlOperatorStore(harness.database), seen)
    assert everything(harness) == before
