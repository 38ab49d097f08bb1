"""An outage of a platform: after a few failed calls and one failed probe, the account waits, and no order fails."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails
from tests.support.harness import Harness, order_key
from worker.domain.accounts.breaker import TRIPS_AT, WINDOW
from worker.domain.errors import Conflict, OrderMissing, Transient, Unauthorized
from worker.domain.instants import DAY, HOUR, SECOND
from worker.domain.reasons import HoldReason
from worker.domain.results import Done, Held, Later, LeaseLost
from worker.reconcile.probe import PROBE_EVERY
from worker.reconcile.trouble import AccountTrouble

ORDERS = [order_key(number) for number in range(1, 51)]
DOWN = fails(Transient("HTTP 503"))


def go_down(harness: Harness, *kinds: str) -> None:
    """From now on, every call of these *kinds* fails."""
    for kind in kinds:
        harness.api.script(kind, *[DOWN] * 100_000)


def come_back(harness: Harness) -> None:
    harness.api.faults.clear()


@pytest.fixture
def down(harness):
    """Fifty orders are due, and the platform answers no call."""
    for key in ORDERS:
        harness.accept("order.shipped", order=key)
    go_down(harness, "read", "find", "write", "probe")
    return harness


def test_a_few_failures_and_one_probe_hold_the_account(down):
    results = [down.reconcile(key) for key in ORDERS]
    assert all(isinstance(result, Later) for result in results[: TRIPS_AT - 1])
    assert results[TRIPS_AT - 1] == Held(HoldReason.OUTAGE)
    assert set(results[TRIPS_AT:]) == {None}
    assert (down.api.reads, down.api.probes) == (TRIPS_AT, 1)
    assert down.hold_details() == {"outage": "HTTP 503"}


def test_calls_that_fail_because_their_worker_was_frozen_past_its_lease_lead_to_no_probe(harness):
    """Every order is read while the reads of those before it are under way; then the process stands still."""
    others, results = iter(ORDERS[1:TRIPS_AT]), []

    def is_frozen(*_: object) -> None:
        if other := next(others, None):
            results.append(harness.reconcile(other))
        else:
            harness.clock.advance(minutes=2)
        raise Transient("the deadline of the call has passed")

    harness.api.script("read", *[is_frozen] * TRIPS_AT)
    for key in ORDERS[:TRIPS_AT]:
        harness.accept("order.shipped", order=key)
    results.append(harness.reconcile(ORDERS[0]))
    assert [type(result) for result in results] == [LeaseLost] * TRIPS_AT
    assert (harness.api.reads, harness.api.probes, harness.hold_details()) == (TRIPS_AT, 0, {})


def test_no_order_uses_up_an_attempt_and_all_go_on_afterwards(down):
    down.policy = replace(down.policy, retry_for=HOUR)
    for key in ORDERS:
        down.reconcile(key)
    down.run_for(hours=2)
    assert down.api.reads == TRIPS_AT
    come_back(down)
    down.probe.run("main")
    assert {(down.row(key)["failures"], down.row(key)["failing_since"]) for key in ORDERS} == {(0, None)}
    down.run_for(minutes=5)
    assert {(down.row(key)["stage"], down.row(key)["stop"]) for key in ORDERS} == {("shipped", None)}
    assert down.hold_ends() == {}


def test_probes_alone_ask_during_the_outage_and_less_and_less_often(down):
    down.run_for(hours=5)
    assert down.api.reads == TRIPS_AT
    assert 5 * 6 <= down.api.probes <= 5 * 6 * 4 / 3 + 10


def test_the_orders_go_on_by_themselves_within_ten_minutes(down):
    down.run_for(hours=5)
    come_back(down)
    down.run_for(minutes=11)
    assert {down.row(key)["stage"] for key in ORDERS} == {"shipped"}


def test_calls_that_were_under_way_find_the_account_held(down):
    """Another worker, whose own breaker has not tripped, holds the account during the call."""
    other = down.reconciler(trouble=AccountTrouble(down.probe, down.clock))
    for key in ORDERS[: TRIPS_AT - 1]:
        other.reconcile(key)
    down.api.faults["read"].clear()
    down.api.script("read", _holds_meanwhile(down))
    assert other.reconcile(ORDERS[-1]) == Held(HoldReason.OUTAGE)
    assert down.api.probes == 0


def _holds_meanwhile(harness):
    def fault(*_):
        harness.holds.hold("main", HoldReason.OUTAGE, None, "HTTP 503", 30 * SECOND)
        raise Transient("HTTP 503")

    return fault


def test_two_workers_make_one_probe(down):
    workers = [down.reconciler(trouble=AccountTrouble(down.probe_of({"main": down.api}), down.clock)) for _ in range(2)]
    for number, key in enumerate(ORDERS):
        workers[number % 2].reconcile(key)
    assert down.api.probes == 1
    assert down.api.reads == 2 * TRIPS_AT - 1


def test_one_order_that_fails_for_ever_never_holds_the_account(known):
    known.accept("order.shipped")
    go_down(known, "read", "probe")
    known.run_for(hours=4)
    assert (known.api.probes, known.hold_ends()) == (0, {})
    assert known.row()["failures"] > 30


def test_a_platform_that_answers_the_probe_has_no_outage(harness):
    for key in ORDERS:
        harness.accept("order.shipped", order=key)
    go_down(harness, "write")
    results = [harness.reconcile(key) for key in ORDERS]
    assert all(isinstance(result, Later) for result in results)
    assert (harness.api.probes, harness.hold_ends()) == (1, {})


def test_a_platform_that_refuses_the_probe_has_lost_the_credentials(down):
    down.api.faults["probe"].clear()
    down.api.script("probe", fails(Unauthorized("401", 401)))
    assert [down.reconcile(key) for key in ORDERS][TRIPS_AT - 1] == Held(HoldReason.CREDENTIALS)


@pytest.mark.parametrize(
    "answer", [None, OrderMissing("404", 404), Conflict("409", 409), Unauthorized("403 for this order", 403)]
)
def test_every_answer_between_the_failures_shows_that_the_platform_is_there(harness, answer):
    for key in ORDERS[: TRIPS_AT + 1]:
        harness.accept("order.shipped", order=key)
    faults = [DOWN] * TRIPS_AT
    faults.insert(TRIPS_AT - 1, fails(answer) if answer else lambda *_: None)
    harness.api.script("read", *faults)
    for key in ORDERS[:TRIPS_AT]:
        harness.reconcile(key)
    harness.clock.now += PROBE_EVERY  # otherwise, no further probe is made in any case
    harness.reconcile(ORDERS[TRIPS_AT])
    probes_of_the_credentials = isinstance(answer, Unauthorized)
    assert (harness.api.probes, harness.hold_ends()) == (probes_of_the_credentials, {})


def test_a_defect_of_the_program_is_no_outage(harness):
    for key in ORDERS[:TRIPS_AT]:
        harness.accept("order.shipped", order=key)
        harness.api.script("read", fails(ZeroDivisionError()))
        with pytest.raises(ZeroDivisionError):
            harness.reconcile(key)
    assert (harness.api.probes, harness.hold_ends()) == (0, {})


def test_an_order_that_needed_no_call_shows_nothing(down):
    settled = order_key(99)
    down.receive("shipment.created", order=settled)
    down.finish(settled, Done(), stage="pending", read_at=down.clock())
    for key in ORDERS[: TRIPS_AT - 1]:
        down.reconcile(key)
    down.receive("shipment.created", order=settled, key="again")
    reads = down.api.reads
    down.reconcile(settled)
    if down.api.reads == reads:
        assert down.reconcile(ORDERS[-1]) == Held(HoldReason.OUTAGE)


def test_failures_that_are_far_apart_are_no_outage(down):
    for key in ORDERS:
        assert isinstance(down.reconcile(key), Later)
        down.clock.now += WINDOW // (TRIPS_AT - 1)
    assert down.api.probes == 0


def test_an_account_in_trouble_delays_no_other(harness):
    for account in ("main", "other"):
        for key in ORDERS[:10]:
            harness.accept("order.shipped", order=key._replace(account=account))
    go_down(harness, "read", "probe")
    for key in ORDERS[:10]:
        harness.reconcile(key)
    assert {key.account for key in harness.due_orders.claim(100, DAY)} == {"other"}
