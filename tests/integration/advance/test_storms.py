"""Any news, any failures of the platform, answers lost and late: no step is illegal, and the order arrives."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fake_order_api import fails, ignores, loses_answer, times_out
from tests.support.stories import KEY, recorded, stories
from worker.domain.errors import Conflict, Throttled, Transient, Unauthorized
from worker.domain.events import LOSSES, EventName
from worker.domain.evidence import weigh
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import Place, Policy

FAULTS = {
    "works": lambda *_: None,
    "times out": times_out,
    "loses the answer": loses_answer,
    "ignores": ignores,
    "is down": fails(Transient("503", 503)),
    "limits": fails(Throttled("429", wait=MINUTE)),
    "denies": fails(Unauthorized("403", 403)),
}
PATIENT = Policy(accept="manual")
NEWS = stories(without=[*LOSSES, EventName.CANCELLED], parcels=1)
TROUBLE = st.lists(st.sampled_from(sorted(FAULTS)), max_size=8)


@settings(max_examples=40)
@given(story=NEWS, reads=TROUBLE, writes=TROUBLE, pauses=st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_an_order_arrives_whatever_the_platform_does(new_stage, story, reads, writes, pauses):
    stage = new_stage(PATIENT)
    stage.hear("hint")
    stage.api.script("read", *(FAULTS[fault] for fault in reads))
    stage.api.script("write", *(FAULTS[fault] for fault in writes))
    for event, pause in zip(story, pauses, strict=False):
        stage.hear(event)
        stage.live(seconds=pause)
        # Whatever hung is applied within the two minutes for which a write may hang.
        stage.api.apply_late()
    for _ in range(30):
        stage.live(minutes=1)
        stage.api.apply_late()
    stage.live(minutes=10)
    place = weigh(recorded(*story)).place
    assert stage.api.orders[KEY.order_id].status == ("completed" if place is Place.DELIVERED else place)
    assert stage.api.illegal == []
    assert stage.row()["stop"] is None
    assert stage.row()["due"] is None
    uncertain = Counter(place for place, outcome in stage.steps() if outcome != "confirmed")
    confirmed = Counter(place for place, outcome in stage.steps() if outcome == "confirmed")
    assert all(count == 1 for count in confirmed.values())
    assert all(count <= 1 + uncertain[place] for place, count in Counter(stage.api.writes).items())
    assert stage.api.writes == sorted(stage.api.writes, key=lambda place: list(Place).index(Place(place)))
    assert [end for key, end in stage.ends().items() if end == "pending"] == [] or place is Place.SHIPPED


@settings(max_examples=20)
@given(story=NEWS, conflicts=st.integers(0, 2))
def test_two_conflicts_in_a_row_delay_an_order_and_no_more(new_stage, story, conflicts):
    stage = new_stage(PATIENT)
    stage.hear("order.completed")
    stage.api.script("write", *[fails(Conflict("409"))] * conflicts)
    for event in story:
        stage.hear(event)
    stage.live(minutes=5)
    assert stage.api.orders[KEY.order_id].status == "completed"
    assert stage.clock() - stage.row()["confirmed_at"] <= 5 * MINUTE + SECOND
