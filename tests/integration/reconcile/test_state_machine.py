"""Anything may happen to one order, in any sequence: it ends where its evidence says, or stops with a reason.

The database and the reconciler are real. The platform and the evidence are models.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.clock import START, Clock
from tests.support.events import KEY, an_event
from tests.support.fake_order_api import fails, ignores, loses_answer, meanwhile, moves_to, unknown
from tests.support.fakes import FakeWakeUps
from tests.support.harness import Harness
from tests.support.integrity import assert_integrity
from tests.support.scans import ScanHarness
from tests.support.steppers import Killed, SleepingOrderStore
from tests.support.watched_platform import WatchedPlatform, hangs, is_stale
from worker.domain.errors import Conflict, IllegalRequest, Rejected, Throttled, Transient, Unauthorized
from worker.domain.events import Event, EventName
from worker.domain.instants import MINUTE, SECOND
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, DeliveryOutcome
from worker.domain.stages import STAGES, Stage, TerminalStatus
from worker.operations.closing import close
from worker.operations.orders import Operations
from worker.order_api.awalchat.vocabulary import read_order_id
from worker.reconcile.trouble import AccountTrouble
from worker.store.database.database import Database
from worker.store.tables import metadata

MANUAL = Policy(accept=Accept.MANUAL)
EVENTS = [name for name in EventName if name is not EventName.HINT]
MOVES = {EventName.PICKED_UP, EventName.IN_TRANSIT, EventName.OUT_FOR_DELIVERY, EventName.DELIVERED}
SCANS, HOURS_BETWEEN_SCANS = 3, 13
"""An order that no list shows, or that a list shows as before, is read once a day."""
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""To shorten a sequence that fails takes minutes: to find its cause, add `Phase.shrink`."""


def dies() -> None:
    raise Killed


TROUBLE: dict[str, Any] = {
    "hangs": hangs,
    "loses the answer": loses_answer,
    "is down": fails(Transient("503", 503)),
    "limits": fails(Throttled("429", wait=MINUTE)),
    "denies": fails(Unauthorized("403", 403)),
    "kills its worker": meanwhile(dies),
}
READ_TROUBLE = TROUBLE | {
    "is stale and says so": is_stale(30 * SECOND, tells=True),
    "is stale": is_stale(30 * SECOND, tells=False),
    "knows no order": unknown,
}
WRITE_TROUBLE = TROUBLE | {
    "ignores": ignores,
    "is locked": fails(Conflict("409", 409)),
    "refuses": fails(Rejected("422", 422)),
    "is cancelled meanwhile": moves_to("cancelled"),
}


class OrderMachine(RuleBasedStateMachine):
    """One order of one account."""

    open_harness: Callable[[Policy], Harness]

    def __init__(self) -> None:
        super().__init__()
        self.harness = harness = self.open_harness(MANUAL)
        self.platform = harness.api = WatchedPlatform(harness.clock)
        harness.probe = harness.probe_of({KEY.account: self.platform})
        harness.trouble = AccountTrouble(harness.probe, harness.clock)
        self.operations = Operations(
            harness.operator_store, harness.intake, FakeWakeUps(), {KEY.account: read_order_id}
        )
        self.accepted: list[Event] = []
        self.advanced_to: list[Stage] = []
        self.checked_row: dict[str, Any] = {}
        self.hints = 0

    @initialize()
    def hear_of_the_order(self) -> None:
        self.hint()

    # --------------------------------------------------------------------------------------------------- webhooks

    @rule(name=st.sampled_from(EVENTS), tracking=st.sampled_from(["", "A"]), hours=st.integers(0, 5))
    def deliver(self, name: EventName, tracking: str, hours: int) -> None:
        parcel = tracking if name.startswith("shipment.") else ""
        key = f"news_{len(self.accepted)}"
        event = an_event(name, parcel, at=self.harness.clock(), occurred_at=START - hours * MINUTE, key=key)
        outcome = self.harness.receive(event)
        assert outcome is DeliveryOutcome.ACCEPTED, self.harness.delivery_details()
        self.accepted.append(event)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.accepted))
        assert self.harness.receive(event) is DeliveryOutcome.DUPLICATE

    @precondition(lambda self: self.accepted)
    @rule(name=st.sampled_from(EVENTS))
    def deliver_other_news_with_a_known_key(self, name: EventName) -> None:
        known = self.accepted[-1]
        if name is not known.name:
            other = an_event(name, key=known.key, at=self.harness.clock())
            assert self.harness.receive(other) is DeliveryOutcome.QUARANTINED

    @rule()
    def hint(self) -> None:
        self.hints += 1
        self.harness.accept("hint", key=f"hint_{self.hints}")

    # --------------------------------------------------------------------------------------------------- platform

    @rule(status=st.sampled_from([*STAGES, *TerminalStatus]))
    def change_by_hand(self, status: str) -> None:
        self.platform.set_by_hand(KEY.order_id, str(status))

    @rule(trouble=st.sampled_from(sorted(READ_TROUBLE)))
    def fail_at_the_next_read(self, trouble: str) -> None:
        self.platform.script("read", READ_TROUBLE[trouble])

    @rule(trouble=st.sampled_from(sorted(WRITE_TROUBLE)))
    def fail_at_the_next_write(self, trouble: str) -> None:
        self.platform.script("write", WRITE_TROUBLE[trouble])

    @rule(trouble=st.sampled_from(["is down", "denies"]))
    def fail_at_the_next_probe(self, trouble: str) -> None:
        self.platform.script("probe", TROUBLE[trouble])

    @rule(trouble=st.sampled_from(["is down", "denies", "limits"]))
    def fail_at_the_next_list(self, trouble: str) -> None:
        self.platform.script("list", TROUBLE[trouble])

    @rule()
    def apply_late(self) -> None:
        self.platform.apply_late()

    # ----------------------------------------------------------------------------------------------------- worker

    @rule()
    def reconcile(self) -> None:
        with suppress(Killed):
            self.harness.reconcile()

    @rule(after=st.sampled_from(["lease", "announce", "record_answer"]), seconds=st.sampled_from([2, 12, 31]))
    def reconcile_in_a_worker_that_sleeps(self, after: str, seconds: int) -> None:
        """While the worker sleeps, another one reconciles the order if it can."""
        sleeping = SleepingOrderStore(self.harness, after, seconds * SECOND, self.reconcile)
        with suppress(Killed):
            self.harness.reconciler(store=sleeping).reconcile(KEY)

    @rule(seconds=st.sampled_from([1, 6, 31, 70, 130, 700]))
    def let_time_pass(self, seconds: int) -> None:
        with suppress(Killed):
            self.harness.run_for(seconds=seconds)

    @rule()
    def scan(self) -> None:
        ScanHarness(self.harness).scanner().scan(KEY.account)

    # --------------------------------------------------------------------------------------------------- operator

    @rule()
    def release(self) -> None:
        with suppress(IllegalRequest):
            self.operations.release(KEY, "looked at it")

    @rule()
    def retry(self) -> None:
        with suppress(IllegalRequest):
            self.operations.retry(KEY, "now")

    @rule()
    def close(self) -> None:
        with suppress(IllegalRequest):
            close(self.operations, KEY, "nothing more is to be done")

    @rule(stage=st.sampled_from(STAGES[1:]))
    def advance(self, stage: Stage) -> None:
        with suppress(IllegalRequest):
            self.operations.advance(KEY, stage, "the customer called")
            self.advanced_to.append(stage)

    # --------------------------------------------------------------------------------------------------- promises

    @invariant()
    def no_write_is_illegal_or_repeated(self) -> None:
        assert self.platform.wrong == []

    @invariant()
    def the_tables_agree_and_the_order_is_not_forgotten(self) -> None:
        row = dict(self.harness.row())
        if row != self.checked_row:  # a check takes as long as a reconciliation
            assert_integrity(self.harness.database, {KEY.account: MANUAL})
            self.checked_row = row

    @rule()
    def come_to_rest(self) -> None:
        """Without further trouble, the order ends where people and evidence say, or it stops with a reason."""
        self.platform.faults.clear()
        self.platform.late.clear()
        for _ in range(SCANS):
            self.harness.run_for(hours=HOURS_BETWEEN_SCANS)
            self.scan()
        self.harness.run_for(hours=1)
        snapshot, row = self.harness.snapshot(KEY), self.harness.row()
        assert row["lease_until"] is None
        if row["stop"] or snapshot.order.closed_by_operator:
            return
        assert row["due"] is None
        status = self.platform.orders[KEY.order_id].status
        if status in tuple(TerminalStatus):
            assert snapshot.order.closed == status
            return
        assert row["sending"] is None
        if status == Stage.COMPLETED and snapshot.order.closed:  # no list shows it, and nothing is left to do
            return
        assert status == snapshot.order.stage
        target = self._target()
        assert STAGES.index(Stage(status)) >= STAGES.index(target)
        furthest = _completed(max(target, self.platform.furthest_by_hand, key=STAGES.index))
        assert STAGES.index(Stage(status)) <= STAGES.index(furthest)

    def _target(self) -> Stage:
        """Return the stage that the accepted events of the only parcel justify."""
        names = {event.name for event in self.accepted}
        stages = self.advanced_to + [stage for stage in STAGES[1:] if f"order.{stage}" in names]
        stages += [Stage.SHIPPED] if names & MOVES else []
        stages += [Stage.DELIVERED] if EventName.DELIVERED in names else []
        return _completed(max(stages, key=STAGES.index, default=Stage.PENDING))

    def teardown(self) -> None:
        self.come_to_rest()


def _completed(stage: Stage) -> Stage:
    """Return the stage after *stage* has been reached: what is delivered is completed at once."""
    return Stage.COMPLETED if stage is Stage.DELIVERED else stage


@pytest.fixture(params=[("sqlite", 40), ("postgresql", 5)], ids=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest) -> Iterator[tuple[type[OrderMachine], int]]:
    """A machine over one database, which every example finds empty, and the number of examples."""
    kind, examples = request.param
    clock = Clock()
    with closing(Database(request.getfixturevalue(f"{kind}_url"), clock=clock)) as database:

        def opened(policy: Policy) -> Harness:
            with database.write() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(table.delete())
            clock.now = START
            return Harness(database, clock, policy)

        yield type("Machine", (OrderMachine,), {"open_harness": staticmethod(opened)}), examples


def test_an_order_ends_where_its_evidence_says_or_stops_with_a_reason_whatever_happens(machine):
    machine_type, examples = machine
    run_state_machine_as_test(
        machine_type,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            phases=PHASES,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
