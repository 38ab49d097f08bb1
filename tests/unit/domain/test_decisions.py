"""Whatever comes in, and in whatever order: an order's walk is legal, and ends where its news says."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.fake_order_api import FakeOrderApi
from tests.support.stories import KEY, recorded, stories
from worker.domain.event_results import event_results
from worker.domain.events import EventName, EventResult
from worker.domain.evidence import weigh
from worker.domain.instants import DAY, MINUTE
from worker.domain.lifecycle import confirm, decide, observe, settle
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.results import Done, Step, Stopped
from worker.domain.stages import STAGES, Stage, TerminalStatus

ELSEWHERE = [*TerminalStatus, "on_hold"]
STATUSES = st.sampled_from([*(stage.value for stage in STAGES), *ELSEWHERE])
POLICIES = st.builds(
    Policy, accept=st.sampled_from(["paid", "always", "manual"]), complete_after=st.sampled_from([0, DAY])
)


class Walker:
    """The heart of a turn and nothing else: read, observe, decide, write; every answer comes, and confirms."""

    def __init__(self, told, status="pending", policy=Policy()):  # noqa: B008 - frozen
        self.told, self.policy, self.now = told, policy, START
        self.order, self.ended, self.requested = Order(KEY), {}, {}
        self.api = FakeOrderApi(lambda: self.now)
        self.api.orders[KEY.order_id].status = status

    def leased(self, known):
        """Take a turn, with the first *known* of the events; returns its end."""
        events = self.told[:known]
        self.order = replace(self.order, revision=known)
        evidence = weigh(events)
        reading = self.api.read(KEY.order_id)
        self.order = observe(self.order, reading)
        while isinstance(step := decide(self.order, evidence, reading, self.policy, self.now), Step):
            self.requested[step.stage] = known
            reading = self.api.write(KEY.order_id, self.api.compose(step, reading, noted=True))
            self.order = confirm(self.order, reading)
        self.order = settle(self.order, step)
        pending = [e for e in events if e.id not in self.ended]
        found = event_results(self.order, evidence, pending, self.requested, stopped=isinstance(step, Stopped))
        assert set(found) <= {e.id for e in pending}
        self.ended |= found
        return step

    @property
    def status(self):
        return self.api.orders[KEY.order_id].status

    def check(self):
        assert self.api.illegal == []
        assert all(count == 1 for count in Counter(self.api.writes).values())


@given(stories(), st.sets(st.integers(0, 8)), STATUSES, POLICIES)
def test_every_arrival_order_of_any_set_of_events_is_a_legal_walk(story, order_store, status, policy):
    walker = Walker(recorded(*story), status, policy)
    for known in sorted(order_store | {len(story)}):
        if known <= len(story):
            walker.leased(known)
            walker.now += MINUTE
    walker.check()


@given(stories(), st.randoms(use_true_random=False), STATUSES, POLICIES)
def test_where_an_order_ends_depends_on_its_news_and_not_on_the_order_in_which_it_came(story, chance, status, policy):
    shuffled = list(story)
    chance.shuffle(shuffled)
    one, other = Walker(recorded(*story), status, policy), Walker(recorded(*shuffled), status, policy)
    assert one.leased(len(story)) == other.leased(len(story))
    assert (one.status, one.api.transitions) == (other.status, other.api.transitions)
    by_key = [{e.event.key: walker.ended.get(e.id) for e in walker.told} for walker in (one, other)]
    assert by_key[0] == by_key[1]


@given(stories(), POLICIES)
def test_an_order_reaches_all_that_its_evidence_justifies_unless_a_person_is_needed(story, policy):
    walker = Walker(recorded(*story), policy=policy)
    result, evidence = walker.leased(len(story)), weigh(walker.told)
    assert isinstance(result, Stopped) == bool(evidence.alarm)
    if not evidence.alarm:
        assert STAGES.index(Stage(walker.status)) >= STAGES.index(evidence.stage)


@given(stories(), st.sampled_from([*ELSEWHERE, "completed"]), POLICIES)
def test_nothing_is_ever_written_to_an_order_off_the_road_or_at_its_end(story, status, policy):
    walker = Walker(recorded(*story), status, policy)
    for known in range(len(story) + 1):
        walker.leased(known)
    assert walker.api.writes == []


@given(stories(), st.lists(st.tuples(st.integers(0, 8), STATUSES), max_size=5), POLICIES)
def test_whatever_people_do_at_the_platform_meanwhile_no_step_is_illegal_and_none_turns_back(story, hands, policy):
    walker = Walker(recorded(*story), policy=policy)
    furthest = Stage.PENDING
    for known, status in sorted(hands):
        walker.leased(min(known, len(story)))
        walker.api.orders[KEY.order_id].status = status
        walker.now += MINUTE
        if walker.order.stage:
            furthest = max(furthest, walker.order.stage, key=STAGES.index)
        writes = len(walker.api.writes)
        walker.leased(len(story))
        assert status in STAGES or len(walker.api.writes) == writes
        assert all(STAGES.index(Stage(stage)) > STAGES.index(furthest) for stage in walker.api.writes[writes:])
    assert walker.api.illegal == []


@given(stories(), st.sets(st.integers(0, 8)), STATUSES, POLICIES)
def test_every_event_has_its_end_once_the_order_is_settled(story, order_store, status, policy):
    walker = Walker(recorded(*story), status, policy)
    for known in sorted(leased for leased in order_store if leased < len(story)):
        walker.leased(known)
        walker.now += MINUTE
    result = walker.leased(len(story))
    pending = [e for e in walker.told if e.id not in walker.ended]
    if isinstance(result, Done | Stopped):
        # What is left has said all it can alone: the other parcels of its order are still under way.
        assert all(e.event.name is EventName.DELIVERED for e in pending)
        assert not pending or weigh(walker.told).stage is Stage.SHIPPED
    if walker.order.closed:
        assert pending == []


@given(stories(), STATUSES)
def test_an_event_was_applied_only_if_a_step_was_taken_for_it(story, status):
    walker = Walker(recorded(*story), status)
    walker.leased(len(story))
    applied = [e for e in walker.told if walker.ended.get(e.id) is EventResult.APPLIED]
    assert not applied or walker.api.writes
    void = [e for e in walker.told if walker.ended.get(e.id) is EventResult.VOID]
    assert not void or walker.order.closed in tuple(TerminalStatus)


@given(
    stories(names=[EventName.PICKED_UP, EventName.IN_TRANSIT, EventName.DELIVERED, EventName.ORDER_ACCEPTED], parcels=1)
)
def test_a_repeat_of_all_its_news_changes_nothing(story):
    walker = Walker(recorded(*story, *story))
    walker.leased(len(story))
    transitions = list(walker.api.transitions)
    walker.leased(2 * len(story))
    assert walker.api.transitions == transitions
    walker.check()
