"""For any set of events in any sequence, every step is legal, and the order reaches the target of its evidence."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY, event_lists, recorded
from tests.support.fake_order_api import FakeOrderApi
from worker.domain.events import EventName, EventResult
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import DAY, MINUTE
from worker.domain.lifecycle.event_results import event_results
from worker.domain.lifecycle.lifecycle import confirm, decide, observe, settle
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.results import Done, Step, Stopped
from worker.domain.stages import STAGES, Stage, TerminalStatus

OFF_STAGES = [*TerminalStatus, "on_hold"]
STATUSES = st.sampled_from([*(stage.value for stage in STAGES), *OFF_STAGES])
POLICIES = st.builds(Policy, accept=st.sampled_from(Accept), complete_after=st.sampled_from([0, DAY]))
ONE_PARCEL = [EventName.PICKED_UP, EventName.IN_TRANSIT, EventName.DELIVERED, EventName.ORDER_ACCEPTED]


class Reconciled:
    """The decisions of a reconciliation and nothing else. Every call is answered, and every write is confirmed."""

    def __init__(self, events, status="pending", policy=Policy()):  # noqa: B008 - frozen
        self.events, self.policy, self.now = events, policy, START
        self.order, self.results, self.requested = Order(KEY), {}, {}
        self.api = FakeOrderApi(lambda: self.now)
        self.api.orders[KEY.order_id].status = status

    def reconcile(self, count):
        """Reconcile with the first *count* of the events, and return the result."""
        events = self.events[:count]
        self.order = replace(self.order, revision=count)
        evidence = weigh(events)
        reading = self.api.read(KEY.order_id)
        self.order = observe(self.order, reading)
        while isinstance(step := decide(self.order, evidence, reading, self.policy, self.now), Step):
            self.requested[step.stage] = count
            reading = self.api.write(KEY.order_id, self.api.compose(step, reading, with_note=True))
            self.order = confirm(self.order, reading)
        self.order = settle(self.order, step)
        pending = [e for e in events if e.id not in self.results]
        results = event_results(self.order, evidence, pending, self.requested, stopped=isinstance(step, Stopped))
        assert set(results) <= {e.id for e in pending}
        self.results |= results
        return step

    @property
    def status(self):
        return self.api.orders[KEY.order_id].status

    def check(self):
        assert self.api.illegal == []
        assert all(count == 1 for count in Counter(self.api.writes).values())


@given(event_lists(), st.sets(st.integers(0, 8)), STATUSES, POLICIES)
def test_any_set_of_events_in_any_order_leads_to_legal_steps_only(events, counts, status, policy):
    reconciled = Reconciled(recorded(*events), status, policy)
    for count in sorted(counts | {len(events)}):
        if count <= len(events):
            reconciled.reconcile(count)
            reconciled.now += MINUTE
    reconciled.check()


@given(event_lists(), st.randoms(use_true_random=False), STATUSES, POLICIES)
def test_the_sequence_of_its_events_does_not_change_where_an_order_ends(events, chance, status, policy):
    shuffled = list(events)
    chance.shuffle(shuffled)
    one, other = Reconciled(recorded(*events), status, policy), Reconciled(recorded(*shuffled), status, policy)
    assert one.reconcile(len(events)) == other.reconcile(len(events))
    assert (one.status, one.api.transitions) == (other.status, other.api.transitions)
    by_key = [{e.event.key: each.results.get(e.id) for e in each.events} for each in (one, other)]
    assert by_key[0] == by_key[1]


@given(event_lists(), POLICIES)
def test_an_order_reaches_the_target_of_its_evidence_unless_a_person_is_needed(events, policy):
    reconciled = Reconciled(recorded(*events), policy=policy)
    result, evidence = reconciled.reconcile(len(events)), weigh(reconciled.events)
    assert isinstance(result, Stopped) == bool(evidence.alarm)
    if not evidence.alarm:
        assert STAGES.index(Stage(reconciled.status)) >= STAGES.index(evidence.target)


@given(event_lists(), st.sampled_from([*OFF_STAGES, "completed"]), POLICIES)
def test_nothing_is_written_to_an_order_in_a_terminal_or_unknown_status_or_completed(events, status, policy):
    reconciled = Reconciled(recorded(*events), status, policy)
    for count in range(len(events) + 1):
        reconciled.reconcile(count)
    assert reconciled.api.writes == []


@given(event_lists(), st.lists(st.tuples(st.integers(0, 8), STATUSES), max_size=5), POLICIES)
def test_no_step_is_illegal_and_none_goes_back_when_people_change_the_order_meanwhile(events, changes, policy):
    reconciled = Reconciled(recorded(*events), policy=policy)
    furthest = Stage.PENDING
    for count, status in sorted(changes):
        reconciled.reconcile(min(count, len(events)))
        reconciled.api.orders[KEY.order_id].status = status
        reconciled.now += MINUTE
        if reconciled.order.stage:
            furthest = max(furthest, reconciled.order.stage, key=STAGES.index)
        writes = len(reconciled.api.writes)
        reconciled.reconcile(len(events))
        assert status in STAGES or len(reconciled.api.writes) == writes
        assert all(STAGES.index(Stage(stage)) > STAGES.index(furthest) for stage in reconciled.api.writes[writes:])
    assert reconciled.api.illegal == []


@given(event_lists(), st.sets(st.integers(0, 8)), STATUSES, POLICIES)
def test_every_event_has_its_result_once_the_order_is_settled(events, counts, status, policy):
    reconciled = Reconciled(recorded(*events), status, policy)
    for count in sorted(count for count in counts if count < len(events)):
        reconciled.reconcile(count)
        reconciled.now += MINUTE
    result = reconciled.reconcile(len(events))
    pending = [e for e in reconciled.events if e.id not in reconciled.results]
    if isinstance(result, Done | Stopped):
        # Only the delivery of a parcel stays pending, while the order waits for its other parcels.
        assert all(e.event.name is EventName.DELIVERED for e in pending)
        assert not pending or weigh(reconciled.events).target is Stage.SHIPPED
    if reconciled.order.closed:
        assert pending == []


@given(event_lists(), STATUSES)
def test_an_event_is_applied_only_if_a_step_was_taken_for_it(events, status):
    reconciled = Reconciled(recorded(*events), status)
    reconciled.reconcile(len(events))
    applied = [e for e in reconciled.events if reconciled.results.get(e.id) is EventResult.APPLIED]
    assert not applied or reconciled.api.writes
    void = [e for e in reconciled.events if reconciled.results.get(e.id) is EventResult.VOID]
    assert not void or reconciled.order.closed in tuple(TerminalStatus)


@given(event_lists(names=ONE_PARCEL, parcels=1))
def test_a_repetition_of_all_events_changes_nothing(events):
    reconciled = Reconciled(recorded(*events, *events))
    reconciled.reconcile(len(events))
    transitions = list(reconciled.api.transitions)
    reconciled.reconcile(2 * len(events))
    assert reconciled.api.transitions == transitions
    reconciled.check()
