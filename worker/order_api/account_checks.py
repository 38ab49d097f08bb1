"""The account check: it reads a few orders of an account to learn whether the account's settings work."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from worker.domain.errors import ApiError
from worker.domain.instants import SECOND, Duration, Instant
from worker.order_api.clients import Page
from worker.order_api.http.client import AnswerTooLarge, HttpResponse
from worker.order_api.http.rate_limits import date_of

SAMPLE_SIZES = (20, 5, 1)
"""How many orders one check reads, the later ones if an answer is too large. More would show more unknown statuses."""
HALF_A_SECOND = SECOND // 2


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """The result of an account check."""

    failure: ApiError | None
    """The error of the read; None when the account works."""
    advice: str = ""
    """A sentence that names a setting with which the account works; empty when there is none."""
    clock_ahead: Duration | None = None
    """How far our clock is ahead of the platform's, to about a second; None when no response had a `Date`."""
    unknown_statuses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The statuses of the orders that are missing in the account's status table, each with the ids of its orders."""


def check_account(
    now: Callable[[], Instant], ask: Callable[[int], HttpResponse], read: Callable[[HttpResponse, Instant], Page]
) -> AccountCheck:
    """Call the platform once and return the result. If the answer is too large, ask for fewer orders.

    *ask* requests a page of so many orders. *read* reads the response, which came at the given instant. Both raise only
    `ApiError`s.
    """
    clock_ahead = None
    try:
        response = _ask_for_few(ask)
        if response is None:
            return AccountCheck(None)
        answered_at, date = now(), date_of(response.headers)
        # `Date` has whole seconds: on average, the platform's clock is half a second further.
        clock_ahead = None if date is None else answered_at - date - HALF_A_SECOND
        page = read(response, answered_at)
    except ApiError as error:
        return AccountCheck(error, clock_ahead=clock_ahead)
    return AccountCheck(None, clock_ahead=clock_ahead, unknown_statuses=_unknown_statuses(page))


def _unknown_statuses(page: Page) -> Mapping[str, tuple[str, ...]]:
    unknown: dict[str, tuple[str, ...]] = {}
    for order in page.orders:
        if order.reading.position is None:
            unknown[order.reading.status] = (*unknown.get(order.reading.status, ()), order.order_id)
    return unknown


def _ask_for_few(ask: Callable[[int], HttpResponse]) -> HttpResponse | None:
    """Return the response with as many orders as fit; None when even one order is too large to be read."""
    for size in SAMPLE_SIZES:
        with suppress(AnswerTooLarge):
            return ask(size)
    return None
