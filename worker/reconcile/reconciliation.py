"""The base of the reconciliations of orders and of references: the clock, the lease, and the end by a failure."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from worker.domain.errors import ApiError, Defect, StoreError, Throttled
from worker.domain.instants import SECOND, Duration, Instant
from worker.domain.lanes import Lane, lane_of
from worker.domain.lifecycle.retries import on_failure
from worker.domain.policy import Policy
from worker.domain.reasons import HoldReason, WaitReason
from worker.domain.results import Held, Later, OrderFound, Result
from worker.ports import Finished, LeasedOrder, OrderApi, OrderStore
from worker.reconcile.budget import Budget
from worker.reconcile.call_reservation import BudgetExhausted, CallReservation
from worker.reconcile.observer import UNOBSERVED, Observer
from worker.reconcile.trouble import AccountTrouble

MIN_LEASE = 30 * SECOND
"""Lease length, renewed by every write. After a crash, no other worker gets the order for this long."""
CALLS_IN_A_LEASE = 3
"""A lease is long enough for this many calls, also when the settings allow long calls."""


def lease_length(api: OrderApi) -> Duration:
    """Return how long an order of the account of *api* is leased."""
    return max(MIN_LEASE, CALLS_IN_A_LEASE * api.deadline)


class Interrupted(Exception):
    """The next call may not be made: lease lost or too short, new events, the account held, or the worker stops.

    Or it took so long to reserve the call that it might no longer count in its minute.
    """


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports and services of a reconciliation. Mappings are by account.

    *chance* returns random numbers in [0, 1). *monotonic_us* returns the microseconds of a clock that is never set.
    When *is_stopping* tells that the worker stops, no more calls are made. Each call, also a probe, is made within
    *calling*. The *observer* is told what happens.
    """

    store: OrderStore
    apis: Mapping[str, OrderApi]
    policies: Mapping[str, Policy]
    trouble: AccountTrouble
    budget: Budget
    chance: Callable[[], float]
    monotonic_us: Callable[[], int]
    is_stopping: Callable[[], bool] = _never
    calling: Callable[[], AbstractContextManager[None]] = nullcontext
    observer: Observer = UNOBSERVED


class Reconciliation(ABC):
    """One reconciliation. *began_us* is when its lease was asked for, by `monotonic_us`. `order` is kept up to date."""

    def __init__(self, ports: Ports, leased: LeasedOrder, began_us: int) -> None:
        self._ports, self._leased, self._began_us = ports, leased, began_us
        self._api = ports.apis[leased.order.key.account]
        self._policy = ports.policies[leased.order.key.account]
        self._lane = lane_of(leased.order)
        self._calls = CallReservation(
            ports.budget, leased.order.key.account, ports.monotonic_us, unknown=self._lane is Lane.MISSING
        )
        self._lease_until = leased.lease_until
        self.order = leased.order

    def run(self) -> tuple[Result | OrderFound, Finished]:
        """Reconcile, and record the result. Returns the result, and the state of the order after it."""
        result: Result | OrderFound
        try:
            result = self._reconcile()
            if self.order.read_at != self._leased.order.read_at:
                self._ports.trouble.succeeded(self.order.key.account)
        except Interrupted:
            result = Later(self._now(), WaitReason.INTERRUPTED)
        except BudgetExhausted as error:
            result = Later(self._now() + error.wait, WaitReason.BUDGET)
        except ApiError as error:
            result = self._fail(error)
        except StoreError:
            raise
        except Exception as error:
            result = self._fail(Defect(f"the worker's log has the traceback of {type(error).__name__}"))
            self._finish(result)
            self._ports.observer.ended(self._leased, result)
            self._calls.give_back()
            raise
        finished = Finished.HAS_NEW_EVENTS if isinstance(result, OrderFound) else self._finish(result)
        self._calls.give_back()
        return result, finished

    @abstractmethod
    def _reconcile(self) -> Result | OrderFound:
        """Return the result. Raises `ApiError`s, `Interrupted` and `BudgetExhausted`."""

    @abstractmethod
    def _finish(self, result: Result) -> Finished:
        """Record the result and clear the lease."""

    def _fail(self, error: ApiError) -> Result:
        account = self.order.key.account
        # After its lease, a call has failed because this process was frozen, and says nothing about the platform.
        was_frozen = self._now() >= self._lease_until
        reason = None if was_frozen else self._hold_after(error)
        if isinstance(error, Throttled):
            wait = self._ports.budget.pause_or_hold(account, error.wait, str(error))
            if wait:
                return Later(self._now() + wait, WaitReason.BUDGET, str(error))
            reason = HoldReason.RATE_LIMITED
        if reason:
            return Held(reason)
        self.order, result = on_failure(error, self.order, self._policy, self._now(), self._ports.chance())
        return result

    def _hold_after(self, error: ApiError) -> HoldReason | None:
        with self._ports.calling():  # a probe takes as long as any call
            return self._ports.trouble.hold_after(error, self.order)

    def _require_time_for_a_call(self) -> None:
        """Raise `Interrupted` if the worker stops, or it took too long to reserve the next call.

        Such a call might no longer count in its minute, or outlast the lease if it takes its whole deadline.
        """
        is_late = self._calls.is_late or self._lease_until - self._now() < self._api.deadline
        if is_late or self._ports.is_stopping():
            raise Interrupted

    def _now(self) -> Instant:
        """Return the database's time at the lease plus the time since then, by a clock that is never set.

        It is never behind the database's clock.
        """
        return self._leased.leased_at + self._ports.monotonic_us() - self._began_us
