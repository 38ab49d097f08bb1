"""Filters of lists, and the cursors by which a list goes on. All conditions must hold; empty ones do."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from worker.domain.errors import IllegalRequest
from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.choices import DeliveryChoice, OrderChoice
from worker.domain.overview.snapshot import State
from worker.domain.reasons import DeliveryOutcome
from worker.domain.stages import Stage

MAX_NUMBER = 2**63 - 1
_CURSOR = re.compile("([0-9]{1,19})-([0-9]{1,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Orders of one account, at one stage, in any of *states*.

    *stop* and *waiting* are the words of a stop and of a wait. *late*: only orders that stay at a stage for too long.
    *since*: changed at this instant or later. *older_than* is how long the stop must have lasted; of an order without a
    stop, how long ago it changed. *matching* is a part of the detail of the stop or the wait, of the id or of the
    number, in small or capital letters; or a whole tracking number.
    """

    account: str = ""
    stage: Stage | None = None
    states: frozenset[State] = frozenset()
    stop: str = ""
    waiting: str = ""
    late: bool = False
    since: Instant | None = None
    older_than: Duration = 0
    matching: str = ""

    def choice(self) -> OrderChoice | None:
        """Return the orders on which one act can act; None if this filter has conditions that no choice has."""
        is_stopped, is_waiting = self.states == {State.STOPPED}, self.states == {State.WAITING}
        can_choose = (is_stopped and not self.waiting) or (is_waiting and not self.stop)
        if not can_choose or self.stage or self.late or self.since is not None:
            return None
        return OrderChoice(is_waiting, self.stop or self.waiting, self.matching, self.account, self.older_than)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Stored deliveries with one outcome, of one source, for one reason, from one IP address (*peer*).

    *since*: received at this instant or later. *order*: those that brought an event of this order, or that could not be
    used and name it.
    """

    outcome: str = ""
    source: str = ""
    reason: str = ""
    peer: str = ""
    since: Instant | None = None
    order: OrderKey | None = None

    def choice(self) -> DeliveryChoice | None:
        """Return the deliveries that can be replayed at once; None if this filter has conditions that no choice has."""
        if self.peer or self.order or self.outcome not in {DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE}:
            return None
        return DeliveryChoice(DeliveryOutcome(self.outcome), self.source, self.reason, self.since or 0)


class Cursor(NamedTuple):
    """Where a list goes on: behind the row that has the instant *at* and the id *row*."""

    at: Instant
    row: int

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Return the cursor in *text*, the inverse of `str`; None for an empty text. Raises `IllegalRequest`."""
        if not text:
            return None
        found = _CURSOR.fullmatch(text)
        numbers = [int(part) for part in found.groups()] if found else []
        if not numbers or max(numbers) > MAX_NUMBER:
            raise IllegalRequest("this is no place in a list: begin at its first page")
        return cls(*numbers)

    def __str__(self) -> str:
        return f"{self.at}-{self.row}"
