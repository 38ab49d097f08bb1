"""The port of the database, as a scan uses it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import OrderRow
from worker.domain.reasons import Finding


@dataclass(frozen=True, slots=True)
class Found:
    """How many orders a scan has made due for one reason, and some of them."""

    count: int = 0
    some: tuple[OrderKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanResult:
    """How one scan of an account ended. *found* is what it made due; *problems* are sentences.

    *complete*: every list was read to its end. Only a complete scan says that there was nothing else to find. *held*
    is the reason of the hold that ended it, or empty.
    """

    account: str
    started_at: Instant
    pages: int = 0
    listed: int = 0
    found: Mapping[Finding, Found] = field(default_factory=dict)
    problems: Sequence[str] = ()
    complete: bool = False
    held: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One order that a scan makes due: what the scan found, and the difference that it has seen (`difference_of`)."""

    finding: Finding
    difference: str


def lock_name(account: str) -> str:
    """Return the name of the lock of the scans of *account*."""
    return f"scan:{account}"


class ScanStore(Protocol):
    """The database, as a scan uses it."""

    def before_call(self, account: str) -> tuple[Instant, str]:
        """Return the time of the database's clock, and why the account is held; empty if it is not."""

    def known(self, account: str, order_ids: Collection[str]) -> Mapping[str, OrderRow]:
        """Return the rows of those orders that the database has, by order id, in one statement."""

    def record(self, account: str, found: Mapping[str, Listed], agreeing: Collection[str]) -> Sequence[OrderKey]:
        """Make the orders *found* due, and create those that the database does not have. Returns those that are due.

        Stopped and leased orders stay as they are, and no back-off is shortened. Of the orders *agreeing*, record that
        a list has shown them.
        """

    def record_unlisted(self, account: str, limit: int) -> Sequence[OrderKey]:
        """Make open orders due that rest, and that neither a read nor a list has shown for a day: up to *limit*.

        An order that has been at its stage for longer than `RESTS_AFTER` rests for good.
        """

    def finish(self, result: ScanResult) -> None:
        """Record the last scan of an account."""
