"""A scan makes an order due exactly where a reconciliation could do something, and asks the same rules."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.lifecycle.lifecycle import decide, observe
from worker.domain.lifecycle.scanning import (
    LIST_LAG,
    LOOK_AGAIN_AFTER,
    MARK_AGAIN_AFTER,
    Unchanged,
    compare,
    difference_of,
    needs_mark,
)
from worker.domain.orders import Order, Payment, Reading
from worker.domain.overview.snapshot import OrderRow
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, Finding
from worker.domain.results import Done, Later, Step
from worker.domain.stages import STAGES, Position, Stage, TerminalStatus

NOW = START
LONG_AGO = NOW - HOUR
POSITIONS: list[Position] = [*STAGES, *TerminalStatus, None]
ACCEPTED, SHIPPED, DELIVERED = Stage.ACCEPTED, Stage.SHIPPED, Stage.DELIVERED
CANCELLED, REFUNDED = TerminalStatus.CANCELLED, TerminalStatus.REFUNDED


def shown(position: Position, payment: Payment = Payment.UNKNOWN) -> Reading:
    """Return what a list shows now."""
    return Reading(str(position or "packed"), position, NOW, payment)


def a_row(stage: Stage | None = ACCEPTED, *, row: dict[str, Any] | None = None, **order: Any) -> OrderRow:
    """Return an order at rest that was read an hour ago."""
    fields = {"stage": stage, "status": str(stage), "read_at": LONG_AGO, **order}
    return OrderRow(Order(KEY, **fields), first_seen_at=LONG_AGO, updated_at=LONG_AGO, **(row or {}))


def comparison(row: OrderRow | None, listed: Reading, policy: Policy | None = None) -> object:
    return compare(row, KEY, listed, policy or Policy(), NOW)


@pytest.mark.parametrize(
    ("row", "position", "finding"),
    [
        (a_row(ACCEPTED), SHIPPED, Finding.MOVED_FORWARD),
        (a_row(ACCEPTED), Stage.COMPLETED, Finding.MOVED_FORWARD),
        (a_row(None), ACCEPTED, Finding.MOVED_FORWARD),
        (a_row(SHIPPED), ACCEPTED, Finding.MOVED_BACK),
        (a_row(SHIPPED, confirmed_at=LONG_AGO - MINUTE), ACCEPTED, Finding.MOVED_BACK),
        (a_row(SHIPPED, confirmed_at=LONG_AGO), ACCEPTED, Finding.UNCONFIRMED),
        (a_row(Stage.COMPLETED, closed=Stage.COMPLETED), SHIPPED, Finding.MOVED_BACK),
        (a_row(Stage.COMPLETED, closed=Stage.COMPLETED), DELIVERED, Finding.MOVED_BACK),
        (a_row(ACCEPTED), CANCELLED, Finding.LEFT_STAGES),
        (a_row(ACCEPTED, closed=CANCELLED), REFUNDED, Finding.LEFT_STAGES),
        (a_row(ACCEPTED, closed=CANCELLED), ACCEPTED, Finding.REOPENED),
        (a_row(ACCEPTED), None, Finding.UNKNOWN_STATUS),
        (a_row(DELIVERED), DELIVERED, Finding.READY),
    ],
)
def test_a_difference_is_found(row: OrderRow, position: Position, finding: Finding):
    assert comparison(row, shown(position)) is finding


@pytest.mark.parametrize(
    ("row", "position"),
    [
        (a_row(ACCEPTED), ACCEPTED),
        (a_row(ACCEPTED, closed=CANCELLED), CANCELLED),
        (a_row(Stage.COMPLETED, closed=Stage.COMPLETED), Stage.COMPLETED),
        (a_row(ACCEPTED, status="packed"), None),
    ],
)
def test_an_order_that_is_as_the_list_shows_it_agrees(row: OrderRow, position: Position):
    assert comparison(row, shown(position)) is Unchanged.AGREES


def test_a_completion_that_a_list_leaves_out_is_no_difference():
    """One platform records completion in metadata, which its lists may leave out."""
    completed = a_row(Stage.COMPLETED, closed=Stage.COMPLETED)
    assert comparison(completed, replace(shown(DELIVERED), partial=True)) is Unchanged.AGREES
    assert comparison(completed, replace(shown(SHIPPED), partial=True)) is Finding.MOVED_BACK


@pytest.mark.parametrize("accept", [*Accept])
@pytest.mark.parametrize("payment", [*Payment])
def test_a_pending_order_is_ready_exactly_when_its_account_accepts_it(accept: Accept, payment: Payment):
    accepts = accept is Accept.ALWAYS or (accept is Accept.PAID and payment is Payment.PAID)
    listed, policy = shown(Stage.PENDING, payment), Policy(accept)
    assert (comparison(a_row(Stage.PENDING), listed, policy) is Finding.READY) == accepts
    assert (comparison(None, listed, policy) is Finding.NEW) == accepts


@pytest.mark.parametrize(
    ("position", "is_new"),
    [
        (ACCEPTED, False),
        (SHIPPED, False),
        (DELIVERED, True),
        (Stage.COMPLETED, False),
        (CANCELLED, False),
        (None, False),
    ],
)
def test_an_unknown_order_is_new_only_if_something_can_be_done(position: Position, is_new: bool):
    for policy in (Policy(), Policy(complete_after=DAY), Policy(dry_run=True)):
        assert comparison(None, shown(position), policy) is (Finding.NEW if is_new else Unchanged.AGREES)


@pytest.mark.parametrize(
    "row",
    [
        a_row(SHIPPED, row={"stop": "moved_back"}),
        a_row(SHIPPED, row={"lease_until": NOW + SECOND}),
        a_row(SHIPPED, row={"due": NOW}),
        a_row(SHIPPED, row={"due": NOW + HOUR, "not_before": NOW + HOUR}),
        a_row(SHIPPED, read_at=NOW - LIST_LAG + 1),
        a_row(SHIPPED, confirmed_at=NOW),
        a_row(SHIPPED, closed_by_operator=3),
    ],
    ids=["stopped", "leased", "due", "backs off", "just read", "just written", "closed by an operator"],
)
@pytest.mark.parametrize("position", POSITIONS)
def test_such_an_order_is_not_compared(row: OrderRow, position: Position):
    assert comparison(row, shown(position)) is Unchanged.NOT_COMPARED


@pytest.mark.parametrize(
    "row",
    [
        a_row(SHIPPED, row={"lease_until": NOW}),
        a_row(SHIPPED, row={"due": NOW + 1}),
        a_row(SHIPPED, row={"due": NOW + HOUR, "not_before": NOW}),
        a_row(SHIPPED, read_at=NOW - LIST_LAG),
        a_row(SHIPPED, read_at=None),
        a_row(SHIPPED, read_at=NOW + HOUR),
    ],
    ids=["lease over", "waits", "back-off over", "read a minute ago", "never read", "clock was set back"],
)
def test_such_an_order_is_compared(row: OrderRow):
    assert comparison(row, shown(CANCELLED)) is Finding.LEFT_STAGES


def test_an_order_that_waits_has_its_time_already():
    assert comparison(a_row(DELIVERED, row={"due": NOW + DAY}), shown(DELIVERED)) is Unchanged.AGREES
    paid = shown(Stage.PENDING, Payment.PAID)
    assert comparison(a_row(Stage.PENDING, row={"due": NOW + HOUR}), paid) is Unchanged.AGREES


def looked_at(row: OrderRow, listed: Reading, at: int = NOW) -> OrderRow:
    """Return *row* after a scan has made it due for what is *listed*, and a read has changed nothing."""
    return replace(row, listed_as=difference_of(listed, row.order), listed_at=at)


def test_the_same_difference_leads_to_one_read_a_day():
    listed = shown(ACCEPTED)
    for age, expected in [
        (0, Unchanged.NOT_COMPARED),
        (LOOK_AGAIN_AFTER - 1, Unchanged.NOT_COMPARED),
        (LOOK_AGAIN_AFTER, Finding.MOVED_BACK),
        (-HOUR, Finding.MOVED_BACK),  # a clock was set back
    ]:
        assert comparison(looked_at(a_row(SHIPPED), listed, NOW - age), listed) is expected
    assert comparison(replace(looked_at(a_row(SHIPPED), listed), listed_at=None), listed) is Finding.MOVED_BACK


def test_another_difference_is_looked_at():
    row = looked_at(a_row(SHIPPED), shown(Stage.PENDING))
    assert comparison(row, shown(ACCEPTED)) is Finding.MOVED_BACK
    unpaid = looked_at(a_row(Stage.PENDING), shown(Stage.PENDING))
    assert comparison(unpaid, shown(Stage.PENDING, Payment.PAID)) is Finding.READY


def test_an_order_that_has_moved_since_is_looked_at_although_the_list_shows_the_same_again():
    was_pending = looked_at(a_row(Stage.PENDING), shown(ACCEPTED))
    completed = replace(was_pending, order=a_row(Stage.COMPLETED, closed=Stage.COMPLETED).order)
    assert comparison(completed, shown(ACCEPTED)) is Finding.MOVED_BACK
    new = OrderRow(a_row(SHIPPED).order, NOW, NOW, listed_as=difference_of(shown(ACCEPTED), None), listed_at=NOW)
    assert comparison(new, shown(ACCEPTED)) is Finding.MOVED_BACK


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (a_row(), True),
        (a_row(row={"listed_at": NOW - MARK_AGAIN_AFTER}), True),
        (a_row(row={"listed_at": NOW - MARK_AGAIN_AFTER + 1}), False),
        (a_row(closed=CANCELLED), False),
        (a_row(row={"listed_as": "shipped paid", "listed_at": NOW}), True),
        (a_row(closed=CANCELLED, row={"listed_as": "shipped paid", "listed_at": NOW}), True),
    ],
)
def test_that_a_list_agrees_is_recorded_twice_a_day_and_after_a_difference(row: OrderRow, expected: bool):
    assert needs_mark(row, NOW) is expected


policies = st.builds(
    Policy, accept=st.sampled_from(Accept), complete_after=st.sampled_from([0, DAY]), dry_run=st.booleans()
)
readings = st.builds(shown, st.sampled_from(POSITIONS), st.sampled_from(Payment))


@given(st.sampled_from(POSITIONS), readings, policies)
def test_whatever_would_move_an_order_at_rest_is_found(before: Position, listed: Reading, policy: Policy):
    """The order rests where a read an hour ago has shown it. A reconciliation that reads what is listed is needed."""
    order = observe(Order(KEY), replace(shown(before, Payment.UNPAID), read_at=LONG_AGO))
    row = OrderRow(order, first_seen_at=LONG_AGO, updated_at=LONG_AGO)
    after = observe(order, listed)
    decision = decide(after, Evidence(), listed, policy, NOW)
    if isinstance(comparison(row, listed, policy), Finding):
        assert decision != Done() or (after.stage, after.closed) != (order.stage, order.closed)
    elif isinstance(decision, Step):
        pytest.fail(f"{decision} is missed")
    else:
        assert not isinstance(decision, Later)
