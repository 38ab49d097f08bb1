"""Reads one list of a scan to its end, whatever the platform does meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from worker.domain.errors import ApiError, Rejected, Throttled, Transient
from worker.domain.instants import Instant
from worker.ports import ListedPage

MAX_PAGES = 1_000
"""How many pages of one list a scan reads, at most: 100,000 orders with pages of a hundred."""
MAX_ATTEMPTS = 3
"""How often a page is asked for, before its list is given up."""
MAX_REPEATED = 3
"""After so many pages in a row that came before, a list has no end. One comes again when a new order moves the rest."""

ALL = "all statuses"
"""Stands for the status of a list that has the orders in all statuses."""


@dataclass(slots=True)
class Listings:
    """The lists of one scan. *before_call* waits until a call may be made, and returns the time of the database.

    *report* gets each `Throttled`, so that *before_call* waits accordingly. *remarks* are sentences about what was odd,
    each once.
    """

    before_call: Callable[[], Instant]
    report: Callable[[ApiError], None]
    remarks: dict[str, None] = field(default_factory=dict)
    _pages: dict[int, str] = field(default_factory=dict)
    """A fingerprint of each page, with the status of its list."""
    _repeated: int = 0
    """How many pages in a row came before in the same list."""

    def read(self, status: str, pages: Iterator[ListedPage]) -> Iterator[tuple[Instant, ListedPage]]:
        """Yield the *pages* of the list of *status*, each with the time before its call.

        Raises `Rejected` when the platform does not take the status as a filter. Raises another `ApiError` when the
        list cannot be read to its end; the pages until then are good.
        """
        length: int | None = None
        self._repeated = 0
        for number in range(1, MAX_PAGES + 1):
            began_at, page = self._next_page(pages, number)
            if page is None:
                return
            if length is not None and page.total is not None and page.total != length:
                self._remark(f"the list of {status} changed while it was read")
            length = page.total
            yield began_at, page
            self._inspect(status, page)
            if page.last or self._was_listed(status, page):
                return
        raise Transient(f"it is longer than {MAX_PAGES} pages")

    def _next_page(self, pages: Iterator[ListedPage], number: int) -> tuple[Instant, ListedPage | None]:
        """Return the next page; None at the end of the list. A failed call is made again, and after that it fails."""
        failure: ApiError | None = None
        for _ in range(MAX_ATTEMPTS):
            began_at = self.before_call()
            try:
                page = next(pages, None)
            except Rejected as error:
                if number == 1:
                    raise
                failure = Transient(str(error))
            except Throttled as error:
                self.report(error)
                failure = error
            except Transient as error:
                failure = error
            else:
                if page is None and failure:  # the failure has ended the list
                    raise failure
                return began_at, page
        raise failure or Transient

    def _inspect(self, status: str, page: ListedPage) -> None:
        if page.unreadable:
            self._remark(f"the list of {status} has orders that cannot be read")
        others = [reading.status for _, reading in page.orders if reading.status != status]
        if status != ALL and len(others) > len(page.orders) // 2:
            self._remark(f"the list of {status} shows orders in other statuses")

    def _was_listed(self, status: str, page: ListedPage) -> bool:
        """Tell whether *page* came in the list of another status, so the platform does not filter.

        The orders' statuses count, too: an order that has moved meanwhile may be alone on a page of both lists. Raises
        `Transient` when the pages of this list come again and again.
        """
        # The list of all statuses may well have the same page as another one: the shop may be small.
        entries = tuple((order_id, reading.status) for order_id, reading in page.orders)
        fingerprint = hash((status == ALL, entries))
        if not page.orders:
            return False
        if fingerprint not in self._pages:
            self._pages[fingerprint], self._repeated = status, 0
            return False
        if self._pages[fingerprint] == status:
            self._repeated += 1
            if self._repeated == MAX_REPEATED:
                raise Transient("its pages come again and again")
            return False
        self._remark(f"the lists of {self._pages[fingerprint]} and {status} are the same")
        return True

    def _remark(self, sentence: str) -> None:
        self.remarks.setdefault(sentence)
