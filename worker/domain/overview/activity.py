"""Activity: what happens in the whole installation, one entry for each thing, as it happens."""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import AuditAction, DeliveryOutcome, WriteOutcome

_FAILED_WORDS = {
    DeliveryOutcome.QUARANTINED.value,
    DeliveryOutcome.STALE.value,
    WriteOutcome.FAILED.value,
    WriteOutcome.UNCERTAIN.value,
    WriteOutcome.TERMINAL.value,
    AuditAction.STOPPED.value,
}


class ActivityKind(StrEnum):
    """What an entry is about."""

    DELIVERY = "delivery"
    """A source has sent a webhook delivery; the word is its outcome."""
    WRITE = "write"
    """A write to a platform; the word is its outcome, `sent` while it has no answer."""
    DECISION = "decision"
    """An entry of an order's audit log: a stop, a release, a closing. The word is its action."""
    WAIT = "wait"
    """An order waits; the word is the reason."""
    HOLD = "hold"
    """A whole account waits; the word is the reason."""
    LIFTED = "lifted"
    """An account goes on; the word is the reason of the hold that has ended."""
    REFUSED = "refused"
    """Requests that were not authentic, or whose path names no source; the word is the reason."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happened at *at*. *word* is a word of the contract, by *kind*.

    *row* is the id of its delivery, else 0. *order* is the order that it is about, or the first one; *named* is the
    order that an unusable delivery names. *count* is how many events a delivery has, or how many requests were refused.
    *until* is when a wait ends; *answered_after* is how long a write waited for its answer.
    """

    at: Instant
    kind: ActivityKind
    word: str
    detail: str = ""
    row: int = 0
    order: OrderKey | None = None
    orders: frozenset[OrderKey] = frozenset()
    named: str = ""
    account: str = ""
    source: str = ""
    event: str = ""
    count: int = 0
    stage: str = ""
    until: Instant | None = None
    answered_after: Duration | None = None

    @property
    def has_failed(self) -> bool:
        """Whether something went wrong, or waits for somebody."""
        return self.word in _FAILED_WORDS or self.kind in {
            ActivityKind.HOLD,
            ActivityKind.REFUSED,
            ActivityKind.WAIT,
        }

    @property
    def order_key(self) -> str:
        """The key of the order, or the order that is named; empty without one."""
        return str(self.order) if self.order else self.named


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which activity is shown: of one *order*, of one *source* and the orders that it tells of, of one *account*.

    *failed*: only what went wrong, or waits. Empty conditions do not count.
    """

    order: OrderKey | None = None
    source: str = ""
    account: str = ""
    failed: bool = False

    def wants(self, entry: Activity) -> bool:
        """Tell whether *entry* is shown, apart from *source*, which `Followed` knows."""
        if self.failed and not entry.has_failed:
            return False
        if self.order and self.order not in entry.orders and entry.named != self.order.comparable:
            return False
        accounts = {entry.account, *(order.account for order in entry.orders)}
        return not self.account or self.account in accounts or entry.named.startswith(f"{self.account}/")


MAX_FOLLOWED = 10_000
"""How many orders of a source are remembered."""


class Followed:
    """Remembers the orders that a *source* tells of, so that what becomes of them can be shown, too."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._orders: dict[OrderKey, None] = {}

    def wants(self, entry: Activity) -> bool:
        """Tell whether *entry* is of the source, or about an order of it. Without a source, everything is."""
        if not self._source:
            return True
        if entry.source == self._source:
            for order in entry.orders:
                self._orders.pop(order, None)
                self._orders[order] = None
            while len(self._orders) > MAX_FOLLOWED:
                del self._orders[next(iter(self._orders))]
            return True
        return not entry.source and any(order in self._orders for order in entry.orders)
