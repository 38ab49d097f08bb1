"""How many orders are at which stage and in which state."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.instants import Instant
from worker.domain.overview.accounts import AccountOrders
from worker.domain.overview.snapshot import State

_WAITING = (State.DUE, State.HELD, State.WAITING, State.LEASED)


@dataclass(frozen=True, slots=True)
class OrderStates:
    """The orders of all accounts, counted from *now* on: *counts* is by account, stage and state.

    The stage is empty while no read has shown the order. *ready* has, by account, how many orders are due now, or
    would be without a hold, and since when the first of them is.
    """

    now: Instant
    counts: Mapping[tuple[str, str, State], int] = field(default_factory=dict)
    ready: Mapping[str, tuple[int, Instant]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of all orders."""
        return sum(self.counts.values())

    def by_stage(self, account: str = "") -> dict[tuple[str, State], int]:
        """Return the number of orders by stage and state, of *account* or of all."""
        sums = Counter[tuple[str, State]]()
        for (name, stage, state), count in self.counts.items():
            if account in {"", name}:
                sums[stage, state] += count
        return dict(sums)

    def by_state(self, account: str = "") -> dict[State, int]:
        """Return the number of orders in each state that has any, of *account* or of all."""
        sums = Counter[State]()
        for (_, state), count in self.by_stage(account).items():
            sums[state] += count
        return {state: sums[state] for state in State if sums[state]}

    def of_accounts(self) -> dict[str, AccountOrders]:
        """Return what the orders of each account wait for."""
        by_account = {name: self.by_state(name) for name in sorted({account for account, _, _ in self.counts})}
        return {
            name: AccountOrders(
                total=sum(states.values()),
                waiting=sum(states.get(state, 0) for state in _WAITING),
                ready=self.ready.get(name, (0, None))[0],
                ready_since=self.ready.get(name, (0, None))[1],
            )
            for name, states in by_account.items()
        }
