"""A worker and a receiver without their processes: the reconciler and the intake over the real database, a strict
platform in memory, and a clock that a test sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, an_event
from tests.support.fake_order_api import FakeOrderApi
from tests.support.tables import Tables
from worker.domain.accounts.call_requests import CallUse
from worker.domain.events import Event, EventName, EventResult
from worker.domain.instants import HOUR, SECOND
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import DeliveryOutcome, HoldReason, StopReason, WaitReason
from worker.domain.results import Done, Later, LeaseLost, OrderFound, Result, Stopped
from worker.domain.stages import Stage
from worker.ports import LeasedOrder, OrderApi
from worker.reconcile.budget import Budget
from worker.reconcile.probe import Probe
from worker.reconcile.reconciler import Reconciler
from worker.reconcile.reconciliation import MIN_LEASE
from worker.reconcile.trouble import AccountTrouble
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.accounts.locks import SqlLocks
from worker.store.accounts.probes import SqlProbes
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.leases.due import DueOrders
from worker.store.leases.order_store import SqlOrderStore
from worker.store.operator import SqlOperatorStore

ENQUEUE_AGAIN_AFTER = 15 * SECOND

Outcome: TypeAlias = Result | OrderFound | LeaseLost | None
"""What `Reconciler.reconcile` returns."""


def _half() -> float:
    return 0.5


def order_key(number: int, account: str = "main") -> OrderKey:
    """Return the key of an order by its *number*."""
    return OrderKey(account, str(number))


@dataclass
class Harness(Tables):
    """The parts of a worker and of a receiver that handle the orders of the account `main`.

    *policy* is the policy of that account. *limits* has the calls a minute that an account may make, by account.
    """

    database: Database
    clock: Clock
    policy: Policy = field(default_factory=Policy)
    limits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.api = FakeOrderApi(self.clock)
        self.order_store, self.operator_store = SqlOrderStore(self.database), SqlOperatorStore(self.database)
        self.intake, self.due_orders = SqlIntake(self.database), DueOrders(self.database, limits=self.limits)
        self.holds, self.locks = SqlHolds(self.database), SqlLocks(self.database)
        self.budget = Budget(self.holds, SqlCallLimits(self.database), self.limits, self.clock)
        self.probe = self.probe_of({KEY.account: self.api})
        self.trouble = AccountTrouble(self.probe, self.clock)

    def probe_of(self, apis: Mapping[str, OrderApi]) -> Probe:
        """Return the probe of the accounts that *apis* has."""
        take_call = partial(self.budget.acquire, use=CallUse.OPERATOR)
        return Probe(self.holds, SqlProbes(self.database), self.locks, apis, take_call, self.budget.pause, _half)

    def reconciler(self, **ports: Any) -> Reconciler:
        """Return the use case; *ports* replaces some of its parts."""
        parts: dict[str, Any] = {
            "store": self.order_store,
            "apis": {KEY.account: self.api},
            "policies": {KEY.account: self.policy},
            "trouble": self.trouble,
            "budget": self.budget,
            "chance": _half,
            "monotonic_us": self.clock,
        }
        return Reconciler(**(parts | ports))

    def receive(
        self, event: Event | EventName | str = EventName.PICKED_UP, tracking: str = "", **fields: Any
    ) -> DeliveryOutcome:
        """Write a delivery of one event, as the receiver does, and return its outcome."""
        if not isinstance(event, Event):
            event = an_event(event, tracking, **({"at": self.clock()} | fields))
        return self.intake.write(a_delivery(event, source=event.source, received_at=self.clock())).outcome

    def accept(self, event: Event | EventName | str = EventName.PICKED_UP, tracking: str = "", **fields: Any) -> None:
        """Write a delivery of one event, which must be new and usable."""
        assert self.receive(event, tracking, **fields) is DeliveryOutcome.ACCEPTED

    def reconcile(self, key: OrderKey = KEY) -> Outcome:
        """Reconcile the order, as after a wake-up."""
        return self.reconciler().reconcile(key)

    def run_for(self, **duration: float) -> list[Outcome]:
        """Let time pass, and reconcile every order as it becomes due. Returns the results."""
        ends_at, results = self.clock() + timedelta(**duration) // timedelta(microseconds=1), list[Outcome]()
        while True:
            self.holds.expire()
            self.probe.run_due()
            keys = self.due_orders.claim(10, ENQUEUE_AGAIN_AFTER)
            results += [self.reconcile(key) for key in keys]
            if len(keys) == 10:  # there may be more
                continue
            if self.clock() >= ends_at:
                return results
            self.clock.now = min(ends_at, max(self._next_due() or ends_at, self.clock() + SECOND // 2))

    def known_as(self, *keys: OrderKey) -> Sequence[str]:
        """Return the ids of the orders that the database knows by any of these references, which are of one account."""
        references = [key.reference for key in keys if key.reference]
        return self.order_store.known_as(keys[0].account, references, references[0].source if references else "")

    def lease(self, key: OrderKey = KEY) -> LeasedOrder:
        """Lease the order, which must be due."""
        leased = self.order_store.lease(key, MIN_LEASE)
        assert leased is not None
        return leased

    def finish(
        self, key: OrderKey, result: Result, event_result: EventResult = EventResult.PENDING, **columns: Any
    ) -> None:
        """End a reconciliation with *result*, *event_result* for all events, and *columns* of the order."""
        leased = self.lease(key)
        order = Order(key, **{"revision": leased.order.revision, **columns})
        pending = event_result is EventResult.PENDING
        self.order_store.finish(
            leased, order, result, {} if pending else dict.fromkeys((e.id for e in leased.events), event_result)
        )

    def snapshot(self, key: OrderKey) -> Snapshot:
        """Return the order as an operator sees it."""
        seen = self.operator_store.snapshot(key)
        assert seen is not None
        return seen

    def one_in_each_state(self) -> dict[State, OrderKey]:
        """Make one order in every state; the held one has an account of its own."""
        keys = {state: order_key(n, "held" if state is State.HELD else "main") for n, state in enumerate(State, 1)}
        for key in keys.values():
            self.receive(order=key)
        self.finish(keys[State.STOPPED], Stopped(StopReason.REFUSED, "HTTP 422"))
        self.finish(keys[State.CLOSED], Done(), EventResult.SUPERSEDED, closed=Stage.COMPLETED, stage=Stage.COMPLETED)
        self.finish(keys[State.SETTLED], Done(), stage=Stage.SHIPPED)
        self.finish(keys[State.WAITING], Later(self.clock() + HOUR, WaitReason.SETTLE), stage=Stage.SHIPPED)
        self.lease(keys[State.LEASED])
        self.holds.hold("held", HoldReason.CREDENTIALS, None, "HTTP 401")
        return keys

    def _next_due(self) -> int | None:
        instants = [*self.hold_ends().values(), *self.next_probes().values()]
        for row in map(self.row, self.order_keys()):
            again = row["enqueued_at"] and row["enqueued_at"] + ENQUEUE_AGAIN_AFTER
            instants += [row["due"], row["lease_until"], again]
        return min((at for at in instants if at is not None and at > self.clock()), default=None)
