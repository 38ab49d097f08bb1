"""Reads a list of orders page by page. A page that is too large is asked for again in smaller pages."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from worker.domain.errors import Transient
from worker.domain.evidence.reuse import had_ended_by
from worker.domain.instants import Instant
from worker.order_api.clients import Page, PlatformOrder, nothing
from worker.order_api.http.client import AnswerTooLarge
from worker.ports import CALLS_TO_FIND

MAX_PAGES = 10_000
"""How many pages of one list are read, at most."""
MAX_TOO_LARGE = 10
"""How many single orders of one list may be too large to be read, before the list is given up."""


class PagePosition(NamedTuple):
    """Where a page begins."""

    page: int
    """The number of the page, from 1, among pages of this size."""
    offset: int
    """How many orders come before it."""
    size: int
    """How many orders are asked for."""

    def after(self, count: int) -> "PagePosition":
        """Return the position of the next page, after a page of *count* orders."""
        return PagePosition(self.page + 1, self.offset + count, self.size)

    def parts(self) -> "list[PagePosition]":
        """Return the positions of the smaller pages that together are this page; its size is at least 2.

        Their size divides this size, because a platform may count pages instead of orders.
        """
        parts = next(divisor for divisor in range(2, self.size + 1) if self.size % divisor == 0)
        size, first = self.size // parts, (self.page - 1) * parts + 1
        return [PagePosition(first + part, self.offset + part * size, size) for part in range(parts)]


class Pages(Iterator[Page]):
    """The pages of a list, at most `MAX_PAGES`. *fetch* gets the page at a position; *size* is that of a whole page.

    Each page is one call. When an answer is too large, its page is empty and not the last, and the same orders follow
    in smaller pages; an order that is too large by itself is unreadable.
    Raises what *fetch* raises, and `Transient` when the platform shows the same page twice, because such a list could
    have no end. The next call then asks for the same page again.
    """

    def __init__(self, fetch: Callable[[PagePosition], Page], size: int) -> None:
        self._fetch, self._size = fetch, size
        self.before_call: Callable[[], None] = nothing
        """Called before each call. If it raises, no call is made."""
        self._ahead = [PagePosition(1, 0, size)]
        """The positions still to be read, the next one at the end."""
        self._calls, self._too_large = 0, 0
        self._previous_ids: list[str] = []
        self.smallest = size
        """The size of the smallest page that was asked for."""

    def __next__(self) -> Page:
        if not self._ahead or self._calls == MAX_PAGES:
            raise StopIteration
        position = self._ahead[-1]
        self.smallest = min(self.smallest, position.size)
        self.before_call()
        try:
            page = self._fetch(position)
        except AnswerTooLarge as error:
            page = self._divide(position, error)
        else:
            self._go_on(position, page)
        self._calls += 1
        return page

    def _go_on(self, position: PagePosition, page: Page) -> None:
        ids = [order.order_id for order in page.orders]
        if ids and ids == self._previous_ids:
            raise Transient("the answer makes no sense: the same page came twice")
        self._previous_ids = ids
        self._ahead.pop()
        count = len(ids) + page.unreadable
        if page.last or not count:
            self._ahead.clear()
        elif position.size == self._size:
            self._ahead.append(position.after(count))

    def _divide(self, position: PagePosition, error: AnswerTooLarge) -> Page:
        """Return the page in the place of one that is too large. Raises *error* for too many single orders."""
        is_single = position.size == 1
        if is_single and self._too_large == MAX_TOO_LARGE:
            raise error
        self._ahead.pop()
        if position.size == self._size:
            self._ahead.append(position.after(position.size))
        if not is_single:
            self._ahead += reversed(position.parts())
        self._too_large += is_single
        return Page((), None, last=False, unreadable=int(is_single))


def matching_ids(
    pages: Iterable[Page], is_match: Callable[[PlatformOrder], bool], *, are_small: bool = False
) -> tuple[str, ...]:
    """Return the ids of the orders that match, each once. Only the first `CALLS_TO_FIND` pages are read.

    Raises `Transient` when none matches, and one of them could not be read: it may be the one. So it does when the
    pages *are_small*, or became small, and the list goes on.
    """
    found: dict[str, None] = {}
    unreadable, is_divided, is_last = 0, are_small, False
    for page in islice(pages, CALLS_TO_FIND):
        found |= dict.fromkeys(order.order_id for order in page.orders if is_match(order))
        unreadable, is_last = unreadable + page.unreadable, page.last
        is_divided = is_divided or not (page.orders or page.last)
    if not found and (unreadable or (is_divided and not is_last)):
        raise Transient("some orders in the answer to the search could not be read")
    return tuple(found)


class Searches:
    """The searches of one account. They remember a page size that fits, because a search has only a few calls.

    *pages_of* opens the list that is searched for a text, in pages of a size, which is *largest* at most.
    """

    def __init__(self, pages_of: Callable[[str, int], Pages], largest: int) -> None:
        self._pages_of, self._largest, self._size = pages_of, largest, largest

    def ids(
        self,
        text: str,
        is_match: Callable[[PlatformOrder], bool],
        ended_by: Instant | None = None,
        before_call: Callable[[], None] = nothing,
    ) -> tuple[str, ...]:
        """Return the ids of the orders in the list for *text* that match; see `matching_ids`.

        Orders that `had_ended_by` the instant *ended_by* are left out. *before_call* is called before each call.
        """

        def is_meant(order: PlatformOrder) -> bool:
            return is_match(order) and not had_ended_by(order.reading, ended_by)

        size = self._size
        pages = self._pages_of(text, size)
        pages.before_call = before_call
        try:
            return matching_ids(pages, is_meant, are_small=size < self._largest)
        finally:
            self._size = pages.smallest if pages.smallest < size else min(2 * size, self._largest)
