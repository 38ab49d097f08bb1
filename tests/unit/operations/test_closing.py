"""An operator closes an order or a reference: what is recorded, and what the rules forbid."""

import pytest

from tests.support.events import an_event
from tests.support.operators import KEY, NOW, Operator, snapshot
from tests.support.snapshots import snapshot as with_events
from worker.domain.orders import OrderKey
from worker.domain.stages import Stage, TerminalStatus
from worker.operations.closing import close, results_of_close

NUMBER = OrderKey("main", "number:ORD-1")
STOPPED = snapshot(stop="refused", stopped_at=NOW)


@pytest.mark.parametrize(
    "seen",
    [
        STOPPED,
        snapshot(),
        snapshot(due=NOW + 60_000_000, waiting="settle"),
        snapshot(due=NOW),
        snapshot(closed=Stage.COMPLETED, stop="returned_after_completion", stopped_at=NOW),
    ],
)
def test_an_order_is_closed_whatever_it_waits_for_and_no_worker_is_told(seen):
    operator = Operator(seen)
    sentence = close(operator.operations, KEY, "refunded")
    assert sentence.startswith("main/17 is closed: only newer news that needs a person opens it again")
    assert sentence.endswith("--reason <why>` opens it, too.")
    assert operator.store.closed == [(seen, "refunded", {})]
    assert operator.wake_ups.keys == []


def test_a_closed_reference_says_what_starts_its_search_again():
    operator = Operator(snapshot(NUMBER, stage=None, stop="unknown_order", stopped_at=NOW))
    sentence = close(operator.operations, NUMBER, "not ours", "unknown_order")
    assert "is closed: a newer event with this reference, or a replay, starts the search again" in sentence


@pytest.mark.parametrize(
    ("seen", "reason", "stop", "match"),
    [
        (STOPPED, " ", "", "a reason is needed"),
        (STOPPED, "x", "conflict", "stopped for refused, not for conflict"),
        (snapshot(), "x", "refused", "is not stopped"),
        (snapshot(closed_by_operator=3), "x", "", "closed by an operator already"),
        (snapshot(closed=Stage.COMPLETED), "x", "", "main/17 is completed: nothing is to be closed"),
        (snapshot(closed=TerminalStatus.CANCELLED), "x", "", "main/17 is cancelled: nothing is to be closed"),
        (snapshot(due=NOW, lease_until=NOW + 1), "x", "", "a worker reconciles main/17 now"),
        (snapshot(NUMBER), "x", "", "knows no order main/17"),
    ],
)
def test_what_the_rules_forbid_changes_nothing(seen, reason, stop, match):
    operator = Operator(seen)
    with operator.refuses(match):
        close(operator.operations, KEY, reason, stop)
    assert operator.changed_nothing()


def test_an_order_that_has_changed_meanwhile_is_not_closed():
    with Operator(STOPPED, overtaken=True).refuses("has changed meanwhile"):
        close(Operator(STOPPED, overtaken=True).operations, KEY, "x")


def test_the_pending_events_of_a_closed_order_end_by_the_rules():
    events = [an_event(name, "A") for name in ("hint", "shipment.created", "shipment.picked_up", "shipment.delivered")]
    seen = with_events(*events, an_event("shipment.lost", "A"), order={"stage": Stage.SHIPPED, "unread": True})
    assert [*results_of_close(seen).values()] == ["noted", "noted", "superseded", "void", "noted"]


@pytest.mark.parametrize("act", ["retry", "advance"])
def test_only_a_release_opens_an_order_that_an_operator_has_closed(act):
    seen = snapshot(closed_by_operator=3)
    operator = Operator(seen)
    with operator.refuses("closed by an operator: `fulfillment orders release main/17 --reason <why>` opens it again"):
        operations = operator.operations
        operations.retry(KEY, "x") if act == "retry" else operations.advance(KEY, Stage.DELIVERED, "x")
    assert operator.changed_nothing()
    assert "main/17 is open again and due" in operator.operations.release(KEY, "it goes on")
    assert operator.store.released == [(seen, "it goes on")]
    with operator.refuses("is not stopped"):
        operator.operations.release(KEY, "x", "refused")


def test_a_retry_lifts_the_stop_that_is_named_and_acknowledges_nothing():
    operator = Operator(STOPPED)
    sentence = operator.operations.retry(KEY, "look again", "refused")
    assert "main/17 is due; what stopped it (refused) is not acknowledged" in sentence
    assert (operator.store.retried, operator.store.released) == ([(STOPPED, "look again")], [])
    assert operator.wake_ups.keys == [KEY]
    with operator.refuses("not for conflict"):
        operator.operations.retry(KEY, "x", "conflict")
    with Operator(STOPPED, overtaken=True).refuses("has changed meanwhile"):
        Operator(STOPPED, overtaken=True).operations.retry(KEY, "x", "refused")
