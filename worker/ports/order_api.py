"""The port of the order APIs: one account at one platform."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from worker.domain.instants import Duration, Instant
from worker.domain.orders import Reading, Reference
from worker.domain.results import Step
from worker.domain.stages import Position

Update: TypeAlias = Mapping[str, object]
"""The fields of one write, by the platform's names; the values are JSON values."""


CALLS_TO_FIND = 3
"""How many calls a search for one order may take."""


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class ListedStatus:
    """A status word by which the platform's list of orders can be filtered, and the position that it means."""

    word: str
    position: Position


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page of a list of orders, as (order id, reading). *last*: no page follows.

    *total* is the length of the whole list, if the platform says so. *unreadable* orders of the page were left out.
    """

    orders: tuple[tuple[str, Reading], ...]
    last: bool
    total: int | None = None
    unreadable: int = 0


class OrderApi(Protocol):
    """One account at one platform. Every call has a deadline and raises only `ApiError`s."""

    deadline: Duration
    """The longest time that a call takes."""
    scanned_statuses: Sequence[ListedStatus]
    """The statuses of the orders that a scan lists: all except those of completed orders."""

    def list_orders(self, status: str | None, since: Instant) -> Iterator[ListedPage]:
        """Yield the pages of the list of orders with *status*, from the day of *since* on. Each page is one call.

        None for *status* lists the orders in all statuses.

        No platform documents which date of an order counts. After an `ApiError`, the same page is asked for again.
        Raises `Rejected` when the platform does not take the status as a filter.
        """

    def read(self, order_id: str) -> Reading:
        """Return the order as the platform shows it now. Raises `ReadRefused` when it refuses to show this order."""

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        """Return the fields of the write for *step*. *with_note* adds a line of ours to the notes of *reading*."""

    def write(self, order_id: str, update: Update) -> Reading:
        """Send *update* once, and return the order as the answer shows it."""

    def find(
        self, reference: Reference, ended_by: Instant | None = None, before_call: Callable[[], None] = _nothing
    ) -> Sequence[str]:
        """Return the ids of the orders that the platform shows with exactly this number or tracking number.

        Orders that had ended by *ended_by* are left out, if the platform tells that. *before_call* is called before
        each call; what it raises, this raises, and no further call is made. Raises `ReadRefused` as `read` does.

        Two ids are enough, because they prove that the reference is ambiguous. At most `CALLS_TO_FIND` calls are made;
        none for a `shipment`, which no platform knows.
        """

    def probe(self) -> None:
        """Make one harmless read. Raises `Unauthorized` when the platform refuses the account's credentials."""
