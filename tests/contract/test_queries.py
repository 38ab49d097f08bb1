"""What the queries for lists, pages and metrics promise, over both databases."""

from sqlalchemy import insert

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import OrderGroup
from worker.domain.overview.filters import DeliveryFilter, OrderFilter
from worker.domain.overview.snapshot import Hold, State
from worker.domain.reasons import HoldReason, QuarantineReason
from worker.domain.stages import Stage
from worker.store.queries.counts import CountQueries
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.queries.orders import OrderQueries
from worker.store.queries.states import IN_STATE
from worker.store.tables import orders

# -------------------------------------------------------------------------------------------------------------- orders


def test_every_order_is_listed_in_exactly_the_state_of_its_row(harness: Harness):
    keys = harness.one_in_each_state()
    assert set(IN_STATE) == set(State)
    for state in State:
        page = OrderQueries(harness.database).page(OrderFilter(states=frozenset({state})), 10)
        assert [row.order.key for row in page.rows] == [keys[state]]
        assert [row.state(page.now) for row in page.rows] == [state]


def test_sql_and_the_row_agree_about_the_state_of_every_possible_order(harness: Harness):
    past, future = START - 1, START + 1
    harness.holds.hold("held", HoldReason.CREDENTIALS, None)
    rows = [
        {"stop": stop, "lease_until": lease, "due": due, "closed": closed, "account": account}
        for stop in (None, "refused")
        for lease in (None, past, START, future)
        for due in (None, past, START, future)
        for closed in (None, "cancelled")
        for account in ("main", "held")
    ]
    common = {"revision": 1, "first_seen_at": START, "updated_at": START}
    with harness.database.write() as connection:
        connection.execute(insert(orders), [{**row, **common, "order_id": str(n)} for n, row in enumerate(rows)])
    queries = OrderQueries(harness.database)
    everything = queries.page(OrderFilter(), 1000)
    for state in State:
        expected = {row.order.key for row in everything.rows if row.state(everything.now) is state}
        page = queries.page(OrderFilter(states=frozenset({state})), 1000)
        assert {row.order.key for row in page.rows} == expected
        assert expected


def test_states_widen_a_list_and_other_filters_narrow_it(harness: Harness):
    keys = harness.one_in_each_state()

    def listed(limit: int = 10, **filters) -> set[OrderKey]:
        return {row.order.key for row in OrderQueries(harness.database).page(OrderFilter(**filters), limit).rows}

    assert listed() == set(keys.values())
    assert listed(states={State.STOPPED, State.DUE}) == {keys[State.STOPPED], keys[State.DUE]}
    assert listed(account="held") == {keys[State.HELD]}
    assert listed(stage=Stage.SHIPPED) == {keys[State.SETTLED], keys[State.WAITING]}
    assert listed(stage=Stage.SHIPPED, states={State.WAITING}, account="main") == {keys[State.WAITING]}
    assert listed(account="nobody") == set()


def test_a_list_has_the_latest_change_first_and_no_more_orders_than_the_limit(harness: Harness, clock: Clock):
    for number in (1, 2, 3):
        clock.advance(seconds=1)
        harness.accept(order=order_key(number))
    clock.advance(seconds=1)
    harness.accept(EventName.DELIVERED, order=order_key(1))
    page = OrderQueries(harness.database).page(OrderFilter(), 2)
    assert [row.order.key for row in page.rows] == [order_key(1), order_key(3)]


def test_a_held_order_has_its_hold_until_the_hold_expires(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1))
    harness.holds.hold("main", HoldReason.RATE_LIMITED, MINUTE, "HTTP 429")
    (row,) = OrderQueries(harness.database).page(OrderFilter(), 1).rows
    assert row.held == (Hold("main", "rate_limited", START, START + MINUTE, "HTTP 429"),)
    clock.advance(minutes=1)
    page = OrderQueries(harness.database).page(OrderFilter(), 1)
    (row,) = page.rows
    assert (row.held, row.state(page.now)) == ((), State.DUE)


# ---------------------------------------------------------------------------------------------------------- deliveries


def test_deliveries_are_listed_by_outcome_source_and_reason(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1))
    clock.advance(seconds=1)
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, received_at=clock()))
    clock.advance(seconds=1)
    harness.intake.write(a_delivery(unusable=QuarantineReason.BAD_TEXT, received_at=clock(), source="other"))

    def listed(limit: int = 10, **filters) -> list[int]:
        return [row.id for row in DeliveryQueries(harness.database).page(DeliveryFilter(**filters), limit).rows]

    assert listed() == [3, 2, 1]
    assert listed(2) == [3, 2]
    assert listed(outcome="quarantined") == [3, 2]
    assert listed(outcome="quarantined", source="courier") == [2]
    assert listed(reason="bad_text") == [3]


def test_a_delivery_is_shown_with_its_body_and_its_events(harness: Harness):
    harness.intake.write(a_delivery(an_event(key="evt_1", order=order_key(1)), body=b"\xff\x00"))
    now, shown = DeliveryQueries(harness.database).show(1)
    assert shown is not None
    assert (now, shown.body, shown.row.size, shown.row.outcome) == (START, b"\xff\x00", 2, "accepted")
    assert [(event.key, event.order, event.result) for event in shown.events] == [("evt_1", order_key(1), "pending")]
    assert DeliveryQueries(harness.database).show(2) == (START, None)


def test_each_delivery_keeps_its_peer_whatever_became_of_it_and_a_replay_does_not_change_it(harness: Harness):
    event = an_event(key="evt_1", order=order_key(1))
    unusable = QuarantineReason.NO_ORDER
    harness.intake.write(a_delivery(event, peer="203.0.113.1"))
    harness.intake.write(a_delivery(event, peer="203.0.113.2"))
    harness.intake.write(a_delivery(unusable=unusable, peer="203.0.113.3"))
    for peer in ("2001:db8::4", "203.0.113.5"):
        harness.intake.write(a_delivery(keep_once="courier/evt_1", peer=peer))
    harness.intake.write(a_delivery(an_event(key="evt_2", order=order_key(1))))
    harness.intake.replay(3, a_delivery(unusable=unusable, detail="another", peer="198.51.100.9"))
    rows = DeliveryQueries(harness.database).page(DeliveryFilter(), 10).rows
    assert sorted((row.outcome, row.peer) for row in rows) == [
        ("accepted", ""),
        ("accepted", "203.0.113.1"),
        ("duplicate", "203.0.113.2"),
        ("quarantined", "203.0.113.3"),
        ("stale", "2001:db8::4"),
    ]


# -------------------------------------------------------------------------------------------------------------- counts


def test_figures_count_everything_once(harness: Harness):
    harness.one_in_each_state()
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    harness.intake.add_counts({("courier", "refused"): 5, ("courier", "accepted"): 1})
    figures = CountQueries(harness.database).figures()
    assert figures.deliveries == {
        ("courier", "accepted"): len(State) + 1,
        ("courier", "quarantined"): 1,
        ("courier", "refused"): 5,
    }
    assert figures.events == {"pending": len(State) - 1, "superseded": 1}
    assert figures.orders == {
        OrderGroup("main", "", "", "refused"): 1,
        OrderGroup("main", "completed", "completed", ""): 1,
        OrderGroup("main", "shipped", "", ""): 2,
        OrderGroup("main", "", "", ""): 2,
        OrderGroup("held", "", "", ""): 1,
    }
    assert [(hold.account, hold.reason) for hold in figures.holds] == [("held", "credentials")]


def test_figures_have_the_time_for_which_the_oldest_order_has_been_due(harness: Harness, clock: Clock):
    assert CountQueries(harness.database).figures().due == 0
    harness.accept(order=order_key(1))
    clock.advance(seconds=7)
    harness.accept(order=order_key(2))
    figures = CountQueries(harness.database).figures()
    assert (figures.due, figures.oldest_due) == (2, 7_000_000)
