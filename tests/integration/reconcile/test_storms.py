"""Random events, failures, and lost or late answers of a platform: an order reaches its target by legal steps."""

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.events import KEY, event_lists, recorded
from tests.support.fake_order_api import fails, ignores, loses_answer, times_out
from tests.support.integrity import assert_integrity
from worker.domain.errors import Conflict, Throttled, Transient, Unauthorized
from worker.domain.events import LOSSES, EventName
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import HOUR, MINUTE
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.stages import Stage, has_reached

FAULTS = {
    "works": lambda *_: None,
    "times out": times_out,
    "loses the answer": loses_answer,
    "ignores": ignores,
    "is down": fails(Transient("503", 503)),
    "limits": fails(Throttled("429", wait=MINUTE)),
    "denies": fails(Unauthorized("403", 403)),
}
MANUAL = Policy(accept=Accept.MANUAL)
ENDS = {Stage.DELIVERED: Stage.COMPLETED}
"""Where an order ends that has reached a stage."""
EVENTS = event_lists(without=[*LOSSES, EventName.CANCELLED], parcels=1)
TRIES = 4
"""So often an order is asked for, at least, that a platform has never shown and refuses to show."""
TROUBLE = st.lists(st.sampled_from(sorted(FAULTS)), max_size=8)


@settings(max_examples=40)
@given(events=EVENTS, reads=TROUBLE, writes=TROUBLE, pauses=st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_an_order_reaches_its_target_whatever_the_platform_does(new_harness, events, reads, writes, pauses):
    harness = new_harness(MANUAL)
    harness.accept("hint")
    harness.reconcile()  # the platform has shown the order: one that it has never shown gets few tries
    harness.api.script("read", *(FAULTS[fault] for fault in reads))
    harness.api.script("write", *(FAULTS[fault] for fault in writes))
    policies = {KEY.account: MANUAL}
    for event, pause in zip(events, pauses, strict=False):
        harness.receive(event)  # a second delivery of several announced parcels is quarantined
        assert_integrity(harness.database, policies)
        harness.run_for(seconds=pause)
        assert_integrity(harness.database, policies)
        # A write without an answer is applied within the two minutes of `settle`.
        harness.api.apply_late()
    for _ in range(30):
        harness.run_for(minutes=1)
        harness.api.apply_late()
    harness.run_for(minutes=10)
    assert_integrity(harness.database, policies)
    target = weigh(recorded(*events)).target
    # An announcement of more parcels may come too late: what was known before it justified more.
    earlier = {weigh(recorded(*events[:count])).target for count in range(len(events))}
    possible = {target, *(stage for stage in earlier if has_reached(stage, target))}
    assert harness.api.orders[KEY.order_id].status in {ENDS.get(stage, stage) for stage in possible}
    assert harness.api.illegal == []
    assert harness.row()["stop"] is None
    assert harness.row()["due"] is None or harness.row()["waiting"] == "parcels"
    uncertain = Counter(stage for stage, outcome in harness.writes() if outcome != "confirmed")
    confirmed = Counter(stage for stage, outcome in harness.writes() if outcome == "confirmed")
    assert all(count == 1 for count in confirmed.values())
    assert all(count <= 1 + uncertain[stage] for stage, count in Counter(harness.api.writes).items())
    assert harness.api.writes == sorted(harness.api.writes, key=lambda stage: list(Stage).index(Stage(stage)))
    assert "pending" not in harness.event_results().values() or target is Stage.SHIPPED


@settings(max_examples=25)
@example(reads=["denies", "is down", "denies", "denies"])
@given(reads=TROUBLE)
def test_an_order_that_nobody_has_seen_is_completed_or_stops_after_an_hour_of_refusals_to_show_it(new_harness, reads):
    harness = new_harness(MANUAL)
    harness.api.script("read", *(FAULTS[fault] for fault in reads))
    harness.accept("order.completed")
    harness.run_for(hours=12)
    assert_integrity(harness.database, {KEY.account: MANUAL})
    assert harness.api.illegal == []
    if stop := harness.row()["stop"]:
        tried_at = [call.at for call in harness.api.calls if call.kind == "read"]
        assert (stop, reads[len(tried_at) - 1]) == ("unknown_order", "denies")
        assert len(tried_at) >= TRIES
        assert tried_at[-1] - tried_at[0] >= HOUR
    else:
        assert harness.api.orders[KEY.order_id].status == "completed"


@settings(max_examples=20)
@given(events=EVENTS, conflicts=st.integers(0, 2))
def test_up_to_two_conflicts_in_a_row_only_delay_an_order(new_harness, events, conflicts):
    harness = new_harness(MANUAL)
    began = harness.clock()
    harness.accept("order.completed")
    harness.api.script("write", *[fails(Conflict("409"))] * conflicts)
    for event in events:
        harness.receive(event)
    harness.run_for(minutes=5)
    assert harness.api.orders[KEY.order_id].status == "completed"
    assert harness.row()["confirmed_at"] - began <= 3 * MINUTE
