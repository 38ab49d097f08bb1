"""An order has one state at a time."""

import pytest

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.orders import Order
from worker.domain.overview.snapshot import Hold, OrderRow, Snapshot, State
from worker.domain.stages import TerminalStatus

ORDER = Order(KEY, revision=1)
HELD = (Hold("main", "operator", START),)


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({"stop": "refused", "lease_until": START + 1, "due": START, "held": HELD}, State.STOPPED),
        ({"lease_until": START + 1, "due": START, "held": HELD}, State.LEASED),
        ({"lease_until": START, "due": START, "held": HELD}, State.HELD),
        ({"due": START + 1, "held": HELD}, State.HELD),
        ({"due": START}, State.DUE),
        ({"due": START + 1}, State.WAITING),
        ({"held": HELD}, State.SETTLED),
        ({}, State.SETTLED),
    ],
)
def test_the_state_with_the_highest_precedence_counts(columns, state):
    row = OrderRow(ORDER, START, START, **columns)
    assert Snapshot(START, row).state is row.state(START) is state


def test_a_cancelled_order_is_closed():
    row = OrderRow(Order(KEY, closed=TerminalStatus.CANCELLED), START, START)
    assert row.state(START) is State.CLOSED
