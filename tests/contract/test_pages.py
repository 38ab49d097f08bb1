"""Lists in pages: every order and delivery that a filter wants is on one page, whatever the filter is."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventName
from worker.domain.instants import DAY, HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.choices import DeliveryChoice, OrderChoice
from worker.domain.overview.filters import Cursor, DeliveryFilter, OrderFilter
from worker.domain.overview.lateness import is_late
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.policy import Policy
from worker.domain.reasons import DeliveryOutcome, HoldReason, QuarantineReason
from worker.domain.stages import Stage
from worker.store.queries import deliveries as of_deliveries
from worker.store.queries import orders as of_orders
from worker.store.queries import walks
from worker.store.queries.deliveries import DeliveryQueries, DeliveryRow
from worker.store.queries.orders import OrderPage, OrderQueries
from worker.store.tables import orders

POLICIES = {"main": Policy(ship_within=DAY, deliver_within=DAY)}
COUNT = 120
Rule = Callable[[OrderRow], bool]


@pytest.fixture(params=["one look is enough", "a page looks at few rows"])
def mixed(request: pytest.FixtureRequest, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Harness:
    """Orders in all states; some of them changed at the same instant."""
    if request.param != "one look is enough":
        monkeypatch.setattr(walks, "FIRST_WINDOW", 3)
        for module in (of_orders, of_deliveries):
            monkeypatch.setattr(module, "BUDGET", 7)
        monkeypatch.setattr(of_orders, "BUDGET_OF_TEXTS", 5)
    harness.holds.hold("held", HoldReason.CREDENTIALS, None, "HTTP 401")
    with harness.database.write() as connection:
        connection.execute(insert(orders), [_order(number) for number in range(COUNT)])
    return harness


def _order(number: int) -> dict[str, Any]:
    """Return an order: each number gives another mixture, because the periods have no common divisor."""
    is_stopped, changed = number % 7 == 0, START - (number // 3) * HOUR
    return {
        "account": ("main", "also", "held")[number % 3],
        "order_id": str(1000 + number),
        "number": f"N_{number}" if number % 2 else "",
        "stage": (None, *Stage)[number % 6],
        "staged_at": START - 3 * DAY,
        "closed": "cancelled" if number % 13 == 0 and not is_stopped else None,
        "due": None if number % 5 else START + (number % 4 - 2),
        "lease_until": START + 1 if number % 11 == 0 and not is_stopped else None,
        "stop": ("refused", "moved_back")[number % 2] if is_stopped else None,
        "stop_detail": f"HTTP 422: Branch {number % 4}" if is_stopped else "",
        "stopped_at": changed - HOUR if is_stopped else None,
        "waiting": "api_unavailable" if number % 2 else "",
        "waiting_detail": "HTTP 503" if number % 2 else "",
        "revision": 1,
        "first_seen_at": START - 3 * DAY,
        "updated_at": changed,
    }


def all_pages(harness: Harness, wanted: OrderFilter, limit: int) -> list[OrderPage]:
    queries, pages = OrderQueries(harness.database, POLICIES), list[OrderPage]()
    while not pages or pages[-1].next:
        pages.append(queries.page(wanted, limit, pages[-1].next if pages else ""))
        assert len(pages) <= COUNT
    return pages


def text(row: OrderRow) -> str:
    return f"{row.order.key.order_id} {row.order.number} {row.stop_detail} {row.waiting_detail}".lower()


def is_awaited(row: OrderRow) -> bool:
    return row.due is not None and not row.stop


FILTERS: dict[str, tuple[OrderFilter, Rule]] = {
    "all": (OrderFilter(), lambda _: True),
    "account": (OrderFilter(account="also"), lambda row: row.order.key.account == "also"),
    "stage": (OrderFilter(stage=Stage.SHIPPED), lambda row: row.order.stage is Stage.SHIPPED),
    "stop": (OrderFilter(stop="refused"), lambda row: row.stop == "refused"),
    "stop of no stopped order": (OrderFilter(stop="refused", states=frozenset({State.DUE})), lambda _: False),
    "waiting": (
        OrderFilter(waiting="api_unavailable"),
        lambda row: is_awaited(row) and row.waiting == "api_unavailable",
    ),
    "late": (
        OrderFilter(late=True),
        lambda row: is_late(row.order, POLICIES.get(row.order.key.account, Policy()), START),
    ),
    "since": (OrderFilter(since=START - 5 * HOUR), lambda row: row.updated_at >= START - 5 * HOUR),
    "older": (OrderFilter(older_than=9 * HOUR), lambda row: (row.stopped_at or row.updated_at) <= START - 9 * HOUR),
    "a part of a detail": (OrderFilter(matching="BRANCH 2"), lambda row: "branch 2" in text(row)),
    "a part of a number": (OrderFilter(matching="n_1"), lambda row: "n_1" in text(row)),
    "no pattern": (OrderFilter(matching="%"), lambda _: False),
    "a whole id that is a part of nothing else": (OrderFilter(matching="1117"), lambda row: "1117" in text(row)),
    "a part in one account, stopped": (
        OrderFilter(account="main", stop="moved_back", matching="branch"),
        lambda row: row.order.key.account == "main" and row.stop == "moved_back",
    ),
    **{
        f"{'+'.join(sorted(states))}": (
            OrderFilter(states=frozenset(states)),
            lambda row, states=states: row.state(START) in states,  # type: ignore[misc]
        )
        for states in (
            {State.STOPPED},
            {State.SETTLED},
            {State.CLOSED},
            {State.LEASED},
            {State.HELD, State.DUE, State.WAITING},
            {State.STOPPED, State.WAITING, State.LEASED},
            {*State},
        )
    },
}


@pytest.mark.parametrize("name", FILTERS)
def test_every_wanted_order_is_on_one_page_and_the_last_changed_comes_first(mixed: Harness, name: str):
    wanted, rule = FILTERS[name]
    everything = OrderQueries(mixed.database).page(OrderFilter(), COUNT)
    while everything.next:  # the harness may look at few rows, too
        following = OrderQueries(mixed.database).page(OrderFilter(), COUNT, everything.next)
        everything = OrderPage(following.now, [*everything.rows, *following.rows], following.next)
    expected = [row.order.key for row in everything.rows if rule(row)]
    assert expected or name in {"stop of no stopped order", "no pattern"}
    for limit in (1, 4, 1000):
        pages = all_pages(mixed, wanted, limit)
        keys = [row.order.key for page in pages for row in page.rows]
        # Of what matches, the orders with exactly this name come first.
        assert keys == expected or (wanted.matching and sorted(keys) == sorted(expected))
        for page in pages:
            is_short = len(page.rows) < limit and page.next != ""
            assert (page.searched_to is not None) is is_short or wanted.matching


def test_an_order_is_found_by_its_whole_name_however_long_ago_it_changed(mixed: Harness, monkeypatch):
    monkeypatch.setattr(of_orders, "BUDGET_OF_TEXTS", 5)
    queries = OrderQueries(mixed.database)
    for name in ("1117", "N_117"):
        page = queries.page(OrderFilter(matching=name), 10)
        assert [row.order.key.order_id for row in page.rows] == ["1117"]
        assert not queries.page(OrderFilter(matching=name, stage=Stage.PENDING), 10).rows
        assert not queries.page(OrderFilter(matching=name, account="nobody"), 10).rows


def test_an_order_is_found_by_the_number_of_a_parcel_however_it_is_spelled(harness: Harness):
    key, reference = order_key(1), OrderKey("main", "tracking:JNE-9 x")
    harness.intake.write(a_delivery(an_event(key="a", order=key, tracking="TRK-1 a")))
    harness.intake.write(a_delivery(an_event(key="b", order=reference)))
    queries = OrderQueries(harness.database)
    assert [row.order.key for row in queries.page(OrderFilter(matching="trk1a"), 10).rows] == [key]
    assert [row.order.key for row in queries.page(OrderFilter(matching="JNE-9 x"), 10).rows] == [reference]


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1-1", "1-1-1", "1-" + "9" * 19, "1 -1", "٣-٣"])
def test_a_text_that_is_no_cursor_is_refused(harness: Harness, cursor: str):
    with pytest.raises(IllegalRequest, match="begin at its first page"):
        OrderQueries(harness.database).page(OrderFilter(), 10, cursor)
    with pytest.raises(IllegalRequest, match="begin at its first page"):
        DeliveryQueries(harness.database).page(DeliveryFilter(), 10, cursor)


def test_a_cursor_is_read_as_it_was_written():
    cursor = Cursor(START, 17)
    assert Cursor.read(str(cursor)) == cursor
    assert Cursor.read("") is None


# -------------------------------------------------------------------------------------------------------------- causes


def test_causes_are_counted_by_state_reason_and_detail(harness: Harness):
    harness.holds.hold("held", HoldReason.CREDENTIALS, None, "HTTP 401")
    rows = [_order(number) for number in range(COUNT)]
    with harness.database.write() as connection:
        connection.execute(insert(orders), rows)
    queries = OrderQueries(harness.database)
    found = queries.causes(OrderFilter())
    listed = queries.page(OrderFilter(states=frozenset({State.STOPPED, State.HELD, State.DUE, State.WAITING})), 1000)
    assert sum(cause.count for cause in found.causes) == len(listed.rows)
    assert not found.is_cut
    assert [cause.count for cause in found.causes] == sorted((cause.count for cause in found.causes), reverse=True)
    (held,) = (cause for cause in found.causes if cause.state is State.HELD)
    assert (held.account, held.reason, held.detail) == ("held", "credentials", "HTTP 401")
    refused = [cause for cause in found.causes if cause.reason == "refused"]
    assert {cause.detail for cause in refused} == {"HTTP 422: Branch 0", "HTTP 422: Branch 2"}
    stopped = [row for row in rows if row["stop"] == "refused" and row["stop_detail"].endswith("2")]
    (branch_2,) = (cause for cause in refused if cause.detail.endswith("2"))
    assert (branch_2.count, branch_2.oldest) == (len(stopped), min(row["stopped_at"] for row in stopped))


def test_causes_follow_the_filter_and_say_when_they_are_cut(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    with harness.database.write() as connection:
        connection.execute(insert(orders), [_order(number) for number in range(COUNT)])
    queries = OrderQueries(harness.database)
    (only,) = queries.causes(OrderFilter(stop="refused", account="main", matching="branch 0")).causes
    assert (only.state, only.reason, only.detail) == (State.STOPPED, "refused", "HTTP 422: Branch 0")
    assert queries.causes(OrderFilter(states=frozenset({State.CLOSED}))).causes == ()
    monkeypatch.setattr(of_orders, "BUDGET", 3)
    cut = queries.causes(OrderFilter(stop="refused"))
    assert (cut.is_cut, sum(cause.count for cause in cut.causes) <= 3) == (True, True)


# ---------------------------------------------------------------------------------------------------------- deliveries


@pytest.fixture
def delivered(request: pytest.FixtureRequest, harness: Harness, clock: Clock, monkeypatch) -> Harness:
    monkeypatch.setattr(walks, "FIRST_WINDOW", 2)
    monkeypatch.setattr(of_deliveries, "BUDGET", 4)
    for number in range(12):
        clock.advance(seconds=number % 2)
        events = [an_event(key=f"{number}-{n}", order=order_key(number % 3), source="ab"[number % 2]) for n in (1, 2)]
        harness.intake.write(a_delivery(*events, source="ab"[number % 2], received_at=clock(), peer="192.0.2.1"))
        reason = (QuarantineReason.NOT_JSON, QuarantineReason.BAD_TEXT)[number % 2]
        harness.intake.write(a_delivery(unusable=reason, source="ab"[number % 2], received_at=clock()))
    return harness


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (DeliveryFilter(), 24),
        (DeliveryFilter(outcome="accepted"), 12),
        (DeliveryFilter(outcome="quarantined", source="a"), 6),
        (DeliveryFilter(outcome="accepted", source="b"), 6),
        (DeliveryFilter(source="b"), 12),
        (DeliveryFilter(reason="bad_text"), 6),
        (DeliveryFilter(reason="bad_text", source="a"), 0),
        (DeliveryFilter(peer="192.0.2.1"), 12),
        (DeliveryFilter(order=order_key(1)), 4),
        (DeliveryFilter(order=order_key(9)), 0),
        (DeliveryFilter(order=order_key(1), source="a"), 2),
        (DeliveryFilter(since=START + 5_000_000), 6),
    ],
    ids=str,
)
@pytest.mark.parametrize("limit", [1, 5, 100])
def test_every_wanted_delivery_is_on_one_page_and_the_newest_comes_first(
    delivered: Harness, wanted: DeliveryFilter, count: int, limit: int
):
    queries, rows, after = DeliveryQueries(delivered.database), list[DeliveryRow](), ""
    for _ in range(40):
        page = queries.page(wanted, limit, after)
        rows += page.rows
        after = page.next
        if not after:
            break
    assert len({row.id for row in rows}) == len(rows) == count
    assert [(row.received_at, row.id) for row in rows] == sorted(
        ((row.received_at, row.id) for row in rows), reverse=True
    )


def test_a_delivery_in_a_list_has_its_first_event_and_the_number_of_its_events(harness: Harness):
    events = [an_event(key=str(n), order=order_key(n), name=EventName.DELIVERED) for n in (3, 1, 2)]
    harness.intake.write(a_delivery(*events))
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    unusable, accepted = DeliveryQueries(harness.database).page(DeliveryFilter(), 10).rows
    assert (accepted.order, accepted.event, accepted.event_count) == (order_key(1), "shipment.delivered", 3)
    assert (unusable.order, unusable.event, unusable.event_count) == (None, "", 0)


def test_the_deliveries_of_an_order_are_those_that_name_it_too(harness: Harness):
    key = order_key(1)
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_ALLOWED, named=key))
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_ALLOWED, named=order_key(2)))
    queries = DeliveryQueries(harness.database)
    assert [row.id for row in queries.page(DeliveryFilter(order=key), 10).rows] == [1]
    harness.intake.write(a_delivery(an_event(key="a", order=key)))
    assert [row.id for row in queries.page(DeliveryFilter(order=key), 10).rows] == [3, 1]


# ------------------------------------------------------------------------------------------------------------- choices


def test_a_filter_that_an_act_can_use_becomes_a_choice():
    stopped, waiting = frozenset({State.STOPPED}), frozenset({State.WAITING})
    assert OrderFilter("main", states=stopped, stop="refused", matching="x", older_than=HOUR).choice() == OrderChoice(
        reason="refused", text="x", account="main", older_than=HOUR
    )
    assert OrderFilter(states=waiting, waiting="api_unavailable").choice() == OrderChoice(True, "api_unavailable")
    for unfit in (
        OrderFilter(),
        OrderFilter(states=stopped, waiting="x"),
        OrderFilter(states=stopped, late=True),
        OrderFilter(states=stopped, since=START),
        OrderFilter(states=stopped, stage=Stage.SHIPPED),
        OrderFilter(states=stopped | waiting),
    ):
        assert unfit.choice() is None
    assert DeliveryFilter("stale", "a", since=3).choice() == DeliveryChoice(DeliveryOutcome.STALE, "a", "", 3)
    assert DeliveryFilter("accepted").choice() is None
    assert DeliveryFilter("quarantined", peer="192.0.2.1").choice() is None
