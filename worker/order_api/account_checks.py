"""The account check: it reads a few orders of an account to learn whether the account's settings work."""

from collections.abc import Callable
from dataclasses import dataclass

from worker.domain.errors import ApiError
from worker.domain.instants import SECOND, Duration, Instant
from worker.order_api.clients import Page
from worker.order_api.http.client import HttpResponse
from worker.order_api.http.rate_limits import date_of

SAMPLE_SIZE = 20
"""How many orders one check reads. More orders would show more unknown statuses."""
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
    unknown_statuses: tuple[str, ...] = ()
    """The statuses of the orders that are missing in the account's status table."""


def check_account(
    now: Callable[[], Instant], ask: Callable[[], HttpResponse], read: Callable[[HttpResponse, Instant], Page]
) -> AccountCheck:
    """Call the platform once and return the result.

    *ask* requests a page of orders. *read* reads the response, which came at the given instant. Both raise only
    `ApiError`s.
    """
    clock_ahead = None
    try:
        response = ask()
        answered_at, date = now(), date_of(response.headers)
        # `Date` has whole seconds: on average, the platform's clock is half a second further.
        clock_ahead = None if date is None else answered_at - date - HALF_A_SECOND
        page = read(response, answered_at)
    except ApiError as error:
        return AccountCheck(error, clock_ahead=clock_ahead)
    unknown = dict.fromkeys(order.reading.status for order in page.orders if order.reading.position is None)
    return AccountCheck(None, clock_ahead=clock_ahead, unknown_statuses=tuple(unknown))
