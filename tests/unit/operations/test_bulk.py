"""One act on many orders: what follows from it, by the rules of the worker, and what is left alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.fakes import FakeWakeUps
from tests.support.operators import FakeOperatorStore
from tests.support.snapshots import AT_ONCE, snapshot
from worker.domain.instants import DAY, HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Hold, Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.stages import Stage
from worker.operations.bulk import MAX_WAKE_UPS, Act, ItemResult, acts_on_all, carry_out, plan, what_follows

STOPPED: dict[str, Any] = {
    "stop": "refused",
    "stop_detail": "HTTP 422",
    "stopped_at": START - HOUR,
    "updated_at": START - HOUR,
}


def of(seen: Snapshot, key: OrderKey) -> Snapshot:
    return replace(seen, row=replace(seen.row, order=replace(seen.order, key=key)))


@pytest.mark.parametrize(
    ("seen", "act", "sentence"),
    [
        (
            snapshot(an_event("shipment.delivered", "A"), **STOPPED),
            Act.RELEASE,
            "the platform is read, then asked for shipped, then delivered, then completed",
        ),
        (
            snapshot(an_event("shipment.lost", "A"), **STOPPED),
            Act.RETRY,
            (
                "the platform is read, and the order stops: shipment_lost, the order is accepted,"
                " and the courier says lost"
            ),
        ),
        (
            snapshot(an_event("shipment.lost", "A"), **STOPPED),
            Act.RELEASE,
            "the platform is read; no step is justified now",
        ),
        (
            snapshot(an_event("order.shipped"), **{**STOPPED, "stop": "moved_back"}),
            Act.RELEASE,
            "the platform is read, and the rest depends on what it shows",
        ),
        (
            snapshot(an_event("order.shipped"), due=START + HOUR, held=(Hold("main", "outage", START),)),
            Act.RETRY,
            "the platform is read, then asked for shipped; first, the hold of its account must end (outage)",
        ),
        (
            snapshot(an_event("order.shipped"), order={"closed_by_operator": 1}),
            Act.RELEASE,
            "the platform is read, then asked for shipped",
        ),
    ],
)
def test_what_follows_is_what_a_worker_would_do(seen, act, sentence):
    assert what_follows(seen, act, AT_ONCE) == sentence


@pytest.mark.parametrize("act", [Act.RETRY, Act.RELEASE])
def test_a_pending_order_is_accepted_if_the_platform_shows_it_as_paid(act: Act):
    pending = snapshot(order={"stage": Stage.PENDING, "status": "pending"}, **STOPPED)
    paid = "the platform is read; the order is accepted, if the platform shows it as paid"
    assert what_follows(pending, act, Policy(accept=Accept.PAID)) == paid
    assert "no step is justified now" in what_follows(pending, act, Policy(accept=Accept.MANUAL))


def test_what_follows_may_be_a_wait():
    delivered = snapshot(an_event("order.delivered"), **STOPPED)
    sentence = what_follows(delivered, Act.RELEASE, Policy(complete_after=DAY))
    assert sentence.startswith("the platform is read, then asked for shipped, then delivered, and the order waits:")
    assert "dry_run" in what_follows(delivered, Act.RELEASE, Policy(dry_run=True))


def test_a_search_starts_again_and_a_closed_order_is_left_alone():
    number = of(snapshot(**STOPPED), OrderKey("main", "number:ORD-1"))
    assert what_follows(number, Act.RELEASE, AT_ONCE) == "the search for its order starts again"
    closing = "nothing more is sent; a newer event with this reference, or a replay, starts the search again"
    assert what_follows(number, Act.CLOSE, AT_ONCE) == closing
    assert "only newer news that needs a person" in what_follows(snapshot(**STOPPED), Act.CLOSE, AT_ONCE)


def test_a_plan_changes_nothing_and_says_why_each_order_stopped_and_since_when():
    (item,) = plan([snapshot(**STOPPED)], Act.CLOSE, {})
    assert (item.reason, item.since, item.result) == ("refused", START - HOUR, ItemResult.PLANNED)
    (waiting,) = plan([snapshot(due=START + HOUR, waiting="settle", updated_at=START - DAY)], Act.RETRY, {})
    assert (waiting.reason, waiting.since) == ("settle", START - DAY)


@pytest.mark.parametrize(
    ("act", "seen", "changes"),
    [
        (Act.RETRY, snapshot(due=START + HOUR), "made_due"),
        (Act.RETRY, snapshot(**STOPPED), "retried"),
        (Act.RELEASE, snapshot(**STOPPED), "released"),
        (Act.CLOSE, snapshot(**STOPPED), "closed"),
    ],
)
def test_each_act_is_done_with_its_reason_and_the_orders_are_enqueued_unless_they_are_closed(act, seen, changes):
    store, wake_ups = FakeOperatorStore(seen), FakeWakeUps()
    (item,) = carry_out([seen], act, "why", store, wake_ups, START)
    assert (item.result, item.sentence) == (ItemResult.DONE, "")
    ((_, reason, *_),) = getattr(store, changes)
    assert reason == "why"
    assert wake_ups.keys == ([] if act is Act.CLOSE else [seen.order.key])


@pytest.mark.parametrize("act", Act)
def test_what_changed_meanwhile_or_is_leased_is_skipped_and_says_so(act):
    changed = snapshot(**{**STOPPED, "updated_at": START + 1})
    overtaken = snapshot(**STOPPED)
    leased = snapshot(due=START, lease_until=START + HOUR)
    for seen, store, sentence in (
        (changed, FakeOperatorStore(changed), "it has changed meanwhile"),
        (overtaken, FakeOperatorStore(overtaken, overtaken=True), "it has changed meanwhile"),
        (leased, FakeOperatorStore(leased, overtaken=True), "a worker reconciles main/1 now: try again in a moment"),
    ):
        wake_ups = FakeWakeUps()
        (item,) = carry_out([seen], act, "why", store, wake_ups, START)
        assert item.result is ItemResult.SKIPPED
        assert item.sentence == sentence or (seen is leased and act is not Act.CLOSE)
        assert wake_ups.keys == []


def test_many_orders_are_taken_one_after_another_and_few_are_enqueued():
    taken: list[OrderKey] = []

    def snapshots() -> Iterator[Snapshot]:
        for number in range(MAX_WAKE_UPS + 50):
            seen = of(snapshot(**STOPPED), OrderKey("main", str(number)))
            taken.append(seen.order.key)
            yield seen

    store, wake_ups = FakeOperatorStore(), FakeWakeUps()
    items = carry_out(snapshots(), Act.RELEASE, "why", store, wake_ups, START)
    next(items)
    assert len(taken) == 1, "the next order is not read before this one is done"
    assert len(list(items)) == MAX_WAKE_UPS + 49
    assert len(wake_ups.keys) == MAX_WAKE_UPS


def test_an_interruption_enqueues_what_was_done():
    store, wake_ups = FakeOperatorStore(), FakeWakeUps()
    items = carry_out([snapshot(**STOPPED)] * 2, Act.RELEASE, "why", store, wake_ups, START)
    next(items)
    items.close()
    assert wake_ups.keys == [OrderKey("main", "1")]


@pytest.mark.parametrize(
    ("states", "acts"),
    [
        ({State.STOPPED}, (Act.RELEASE, Act.RETRY, Act.CLOSE)),
        ({State.WAITING, State.HELD}, (Act.RETRY,)),
        ({State.STOPPED, State.WAITING}, ()),
        ({State.SETTLED}, ()),
        ((), ()),
    ],
)
def test_all_orders_of_a_filter_can_be_acted_on_if_their_states_allow_it(states, acts):
    assert acts_on_all(states) == acts
