"""Random events, failures, and lost or late answers of a platform: an order reaches its target by legal steps."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.events import KEY, event_lists, recorded
from tests.support.fake_order_api import fails, ignores, loses_answer, times_out
from worker.domain.errors import Conflict, Throttled, Transient, Unauthorized
from worker.domain.events import LOSSES, EventName
from worker.domain.evidence import weigh
from worker.domain.instants import MINUTE
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.stages import Stage

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
EVENTS = event_lists(without=[*LOSSES, EventName.CANCELLED], parcels=1)
TROUBLE = st.lists(st.sampled_from(sorted(FAULTS)), max_size=8)


@settings(max_examples=40)
@given(events=EVENTS, reads=TROUBLE, writes=TROUBLE, pauses=st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_an_order_reaches_its_target_whatever_the_platform_does(new_harness, events, reads, writes, pauses):
    harness = new_harness(MANUAL)
    harness.accept("hint")
    harness.api.script("read", *(FAULTS[fault] for fault in reads))
    harness.api.script("write", *(FAULTS[fault] for fault in writes))
    for event, pause in zip(events, pauses, strict=False):
        harness.accept(event)
        harness.run_for(seconds=pause)
        # A write without an answer is applied within the two minutes of `settle`.
        harness.api.apply_late()
    for _ in range(30):
        harness.run_for(minutes=1)
        harness.api.apply_late()
    harness.run_for(minutes=10)
    target = weigh(recorded(*events)).target
    assert harness.api.orders[KEY.order_id].status == ("completed" if target is Stage.DELIVERED else target)
    assert harness.api.illegal == []
    assert harness.row()["stop"] is None
    assert harness.row()["due"] is None
    uncertain = Counter(stage for stage, outcome in harness.writes() if outcome != "confirmed")
    confirmed = Counter(stage for stage, outcome in harness.writes() if outcome == "confirmed")
    assert all(count == 1 for count in confirmed.values())
    assert all(count <= 1 + uncertain[stage] for stage, count in Counter(harness.api.writes).items())
    assert harness.api.writes == sorted(harness.api.writes, key=lambda stage: list(Stage).index(Stage(stage)))
    assert "pending" not in harness.event_results().values() or target is Stage.SHIPPED


@settings(max_examples=20)
@given(events=EVENTS, conflicts=st.integers(0, 2))
def test_up_to_two_conflicts_in_a_row_only_delay_an_order(new_harness, events, conflicts):
    harness = new_harness(MANUAL)
    began = harness.clock()
    harness.accept("order.completed")
    harness.api.script("write", *[fails(Conflict("409"))] * conflicts)
    for event in events:
        harness.accept(event)
    harness.run_for(minutes=5)
    assert harness.api.orders[KEY.order_id].status == "completed"
    assert harness.row()["confirmed_at"] - began <= MINUTE
