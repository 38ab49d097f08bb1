"""The scan: lists an account's orders at its platform, and makes those due with which something may be done.

It decides nothing, and writes nothing at the platform. So it may be wrong: a reconciliation reads the order itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from worker.domain.errors import ApiError, Rejected, Unauthorized
from worker.domain.instants import DAY, HOUR, SECOND, Duration, Instant
from worker.domain.lifecycle.scanning import Unchanged, compare, difference_of, needs_mark
from worker.domain.orders import OrderKey, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Finding
from worker.ports import Found, Listed, Locks, OrderApi, ScanResult, ScanStore, lock_name
from worker.reconcile.listing import ALL, Listings

LOOK_BACK: Duration = 30 * DAY
"""Lists begin so long ago. No platform says which date of an order counts; it is probably that of its creation."""
LOCK_LASTS: Duration = 45 * SECOND
"""After a crash, no other worker scans the account for this long. Each call renews the lock."""
LONGEST_WAIT: Duration = 20 * SECOND
"""A wait for the call budget is looked at again after this time, because the lock is to be renewed."""
LONGEST_SCAN: Duration = 6 * HOUR
"""A scan ends after this time. The next one begins anew."""
MAX_UNLISTED = 100
"""How many orders that no list has shown one scan makes due."""
MAX_FAILED_LISTS = 2
"""After so many lists in a row that could not be read, the platform is not asked for the others."""


MAX_COUNTED = 10_000
"""So many orders are counted once, also if they move from one list to another meanwhile. No scan remembers more."""
MAX_NAMED = 20
"""How many orders of each finding a result names. Their rows have all of them."""


class ScanEnded(Exception):
    """The scan ends early. The text is a sentence for people, without its full stop."""


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: it reads list *number* of *lists*, that of *status*, and has seen *listed* orders so far.

    While it *waits* for the call budget, that is at least how long the rest of the scan takes for its calls.
    """

    status: str
    number: int
    lists: int
    listed: int
    waits: Duration = 0


OnProgress: TypeAlias = Callable[[ScanProgress], None]


def _ignore(_: ScanProgress) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scanner:
    """Scans accounts. Mappings are by account.

    *take_call* takes one call out of the scans' share of an account's budget: it returns 0, or how long to wait for a
    call. *wait* waits in the scan's own thread, and returns True when the process is to end. *report* gets each
    `Throttled` and `Unauthorized`, because they concern the whole account.
    """

    store: ScanStore
    locks: Locks
    apis: Mapping[str, OrderApi]
    policies: Mapping[str, Policy]
    take_call: Callable[[str], Duration]
    wait: Callable[[Duration], bool]
    report: Callable[[str, ApiError], None]

    def scan(self, account: str, on_progress: OnProgress = _ignore) -> ScanResult | None:
        """Scan *account*, and record the result. Returns None when another worker scans it at the moment.

        Raises `StoreUnavailable`. Every other failure is in the result's problems.
        """
        held_until = self.locks.keep(lock_name(account), LOCK_LASTS, None)
        if held_until is None:
            return None
        scan = _Scan(self, account, held_until, on_progress)
        try:
            result = scan.run()
            self.store.finish(result)
        finally:
            self.locks.release(lock_name(account), scan.held_until)
        return result


class _Scan:
    """One scan of one account, which has its lock until *held_until*."""

    def __init__(self, scanner: Scanner, account: str, held_until: Instant, on_progress: OnProgress) -> None:
        self._scanner, self._account, self._on_progress = scanner, account, on_progress
        self._api, self._policy = scanner.apis[account], scanner.policies[account]
        self.held_until, self._started_at = held_until, held_until - LOCK_LASTS
        self._listings = Listings(self._before_call, self._report)
        self._pages, self._complete = 0, True
        self._listed, self._counted = 0, set[int]()
        """How many orders were listed, and hashes of their ids: one that moves meanwhile is in two lists."""
        self._progress, self._held = ScanProgress("", 0, 0, 0), ""
        self._found: dict[Finding, Found] = {}
        self._problems: list[str] = []

    def run(self) -> ScanResult:
        """List the orders, compare them, and return the result."""
        try:
            self._read_lists()
        except ScanEnded as end:
            self._fail(str(end))
        except Unauthorized as error:
            self._report(error)
            self._fail(f"the platform refuses to go on: {error}")
        self._add(Finding.UNLISTED, self._scanner.store.record_unlisted(self._account, MAX_UNLISTED))
        return ScanResult(
            account=self._account,
            started_at=self._started_at,
            pages=self._pages,
            listed=self._listed,
            found=self._found,
            problems=(*self._problems, *self._listings.remarks),
            complete=self._complete,
            held=self._held,
        )

    def _read_lists(self) -> None:
        """Read the list of each status. One that cannot be read does not keep the others from being read."""
        refused: dict[str, Rejected] = {}
        failed = 0
        for number, status in enumerate(self._api.scanned_statuses, 1):
            try:
                self._read_list(status.word, number)
            except Rejected as error:
                refused[status.word] = error
            except Unauthorized:
                raise
            except ApiError as error:
                self._fail(f"the list of {status.word} was not read to its end: {error}")
                failed += 1
                if failed == MAX_FAILED_LISTS:
                    raise ScanEnded("so the other lists were not read") from error
            else:
                failed = 0
        if refused:
            self._read_refused(refused)

    def _read_refused(self, refused: Mapping[str, Rejected]) -> None:
        """Read the orders in the statuses that the platform does not take as a filter, out of the list of all."""
        try:
            self._read_list(ALL, len(self._api.scanned_statuses) + 1, refused)
        except Rejected:
            for word, error in refused.items():
                self._fail(f"the platform refuses to list {word}: {error}")
        except Unauthorized:
            raise
        except ApiError as error:
            self._fail(f"the list of {ALL} was not read to its end: {error}")

    def _read_list(self, status: str, number: int, words: Collection[str] = ()) -> None:
        """Read the list of *status*, and compare its orders: in the list of all statuses, those in *words*."""
        lists = max(number, len(self._api.scanned_statuses))
        self._show(ScanProgress(status, number, lists, self._listed))
        pages = self._api.list_orders(None if status == ALL else status, self._started_at - LOOK_BACK)
        for began_at, page in self._listings.read(status, pages):
            self._pages += 1
            orders = [entry for entry in page.orders if not words or entry[1].status in words]
            self._count(order_id for order_id, _ in orders)
            self._compare(began_at, orders)
            self._show(replace(self._progress, listed=self._listed, waits=0))

    def _count(self, order_ids: Iterable[str]) -> None:
        for number in map(hash, order_ids):
            self._listed += number not in self._counted
            if len(self._counted) < MAX_COUNTED:
                self._counted.add(number)

    def _show(self, progress: ScanProgress) -> None:
        self._progress = progress
        self._on_progress(progress)

    def _compare(self, began_at: Instant, orders: Sequence[tuple[str, Reading]]) -> None:
        """Make due what a page shows differently; *began_at* is when its call began, by the database's clock."""
        rows = self._scanner.store.known(self._account, [order_id for order_id, _ in orders])
        found, agreeing = dict[str, Listed](), list[str]()
        for order_id, reading in orders:
            row, listed = rows.get(order_id), replace(reading, read_at=began_at)
            comparison = compare(row, OrderKey(self._account, order_id), listed, self._policy, began_at)
            if isinstance(comparison, Finding):
                found[order_id] = Listed(comparison, difference_of(listed, row.order if row else None))
            elif comparison is Unchanged.AGREES and row is not None and needs_mark(row, began_at):
                agreeing.append(order_id)
        for key in self._scanner.store.record(self._account, found, agreeing):
            self._add(found[key.order_id].finding, [key])

    def _before_call(self) -> Instant:
        """Wait until a call may be made, and return the time. Raises `ScanEnded`."""
        while True:
            self._keep_lock()
            now, hold = self._scanner.store.before_call(self._account)
            if hold:
                self._held = hold
                raise ScanEnded(f"the account is held: {hold}")
            if now - self._started_at > LONGEST_SCAN:
                raise ScanEnded(f"it took longer than {LONGEST_SCAN // HOUR} h")
            wait = self._scanner.take_call(self._account)
            if not wait:
                return now
            lists_left = self._progress.lists - self._progress.number + 1
            self._show(replace(self._progress, waits=wait * lists_left))
            if self._scanner.wait(min(wait, LONGEST_WAIT)):
                raise ScanEnded("the process was told to stop")

    def _keep_lock(self) -> None:
        held_until = self._scanner.locks.keep(lock_name(self._account), LOCK_LASTS, self.held_until)
        if held_until is None:
            raise ScanEnded("another worker has begun a scan of the account")
        self.held_until = held_until

    def _report(self, error: ApiError) -> None:
        self._scanner.report(self._account, error)

    def _add(self, finding: Finding, keys: Sequence[OrderKey]) -> None:
        if keys:
            found = self._found.get(finding, Found())
            self._found[finding] = Found(found.count + len(keys), (*found.some, *keys)[:MAX_NAMED])

    def _fail(self, sentence: str) -> None:
        self._problems.append(sentence)
        self._complete = False
