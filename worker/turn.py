"""A turn under way, be it a walk or a search: what it works with, its clock, and what becomes of it in trouble."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.budget import RATE_LIMITED, Budget, BudgetSpent, Purse
from worker.domain.errors import ApiError, Defect, JournalError, Throttled, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.orders import Found, Held, Later, Policy, TurnEnd
from worker.domain.rates import BUDGET
from worker.domain.retries import after
from worker.ports import OrderApi, Turn, Turns
from worker.probe import CREDENTIALS, Probe

INTERRUPTED = "interrupted"
LEASE = 30 * SECOND
"""How long an order belongs to a turn that has died, at least; every write renews it."""
CALLS_IN_A_LEASE = 3
"""A lease outlasts this many calls, however long the account's settings let a call take."""


def lease_of(api: OrderApi) -> int:
    """How long the orders of *api* are leased, in microseconds."""
    return max(LEASE, CALLS_IN_A_LEASE * api.deadline)


class Interrupted(Exception):
    """The journal forbids the next call: the lease is lost, news came in, or the account is held."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a turn works with.

    *chance* gives numbers in [0, 1), *elapsed* microseconds of a clock that never jumps.
    """

    turns: Turns
    apis: Mapping[str, OrderApi]
    policies: Mapping[str, Policy]
    probe: Probe
    budget: Budget
    chance: Callable[[], float]
    elapsed: Callable[[], int]


class UnderWay(ABC):
    """One turn under way, which *began* at an instant of the clock `elapsed`; *order* is what we know so far."""

    def __init__(self, ports: Ports, turn: Turn, began: int) -> None:
        self._ports, self._turn, self._began = ports, turn, began
        self._api = ports.apis[turn.order.key.account]
        self._policy = ports.policies[turn.order.key.account]
        self._purse = Purse(ports.budget, turn.order.key.account, ports.elapsed)
        self._lease_until = turn.lease_until
        self.order = turn.order

    def finish(self) -> tuple[TurnEnd | Found, bool | None]:
        """Go to the end, and free the order; returns the end, and whether there is news; None if the lease is lost."""
        end: TurnEnd | Found
        try:
            end = self._go()
        except Interrupted:
            end = Later(self._now(), INTERRUPTED)
        except BudgetSpent:
            end = Held(BUDGET)
        except ApiError as error:
            end = self._failed(error)
        except JournalError:
            raise
        except Exception as error:
            self._free(self._failed(Defect(type(error).__name__)))
            self._purse.empty()
            raise
        news = True if isinstance(end, Found) else self._free(end)
        self._purse.empty()
        return end, news

    @abstractmethod
    def _go(self) -> TurnEnd | Found:
        """Do what the turn is for."""

    @abstractmethod
    def _free(self, end: TurnEnd) -> bool | None:
        """Free the order; returns whether news came in meanwhile, None if the lease is lost."""

    def _failed(self, error: ApiError) -> TurnEnd:
        account = self.order.key.account
        if isinstance(error, Throttled):
            self._ports.budget.exhausted(account, error.wait, str(error))
            return Held(RATE_LIMITED)
        if isinstance(error, Unauthorized) and self._ports.probe(account) is False:
            return Held(CREDENTIALS)
        self.order, end = after(error, self.order, self._policy, self._now(), self._ports.chance())
        return end

    def _insist_on_time_for_a_call(self) -> None:
        """Raise `Interrupted` unless a call that takes its whole deadline would end before the lease does."""
        if self._lease_until - self._now() < self._api.deadline:
            raise Interrupted

    def _now(self) -> int:
        """The journal's clock at the start of the turn, carried on by a clock that never jumps; never behind it."""
        return self._turn.taken_at + self._ports.elapsed() - self._began
