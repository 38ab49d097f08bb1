"""Account checks: whether an account's settings work, found out by reading a few of its orders."""

from collections.abc import Callable
from dataclasses import dataclass

from worker.domain.errors import ApiError
from worker.domain.instants import SECOND, Duration, Instant
from worker.order_api.clients import Page
from worker.order_api.http.client import HttpResponse
from worker.order_api.http.rate_limits import date_of

SAMPLE_SIZE = 20
"""How many orders are read, to look for statuses that we do not know."""
HALF_A_SECOND = SECOND // 2


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What one harmless read of a platform tells an operator."""

    failure: ApiError | None
    """None when the account works as it is set up."""
    advice: str = ""
    """A sentence that names a setting with which the account would work, or empty."""
    clock_ahead: Duration | None = None
    """How far our clock is ahead of the platform's, to about a second; None when no answer had a `Date`."""
    unknown: tuple[str, ...] = ()
    """Statuses of its orders that we do not know."""


def check_account(
    now: Callable[[], Instant], ask: Callable[[], HttpResponse], read: Callable[[HttpResponse, Instant], Page]
) -> AccountCheck:
    """Ask the platform for a page of orders once, and return what the answer tells.

    *ask* sends the call. *read* reads the answer, which came at an instant of *now*. Both raise only `ApiError`s.
    """
    clock_ahead = None
    try:
        response = ask()
        came_at, date = now(), date_of(response.headers)
        # `Date` is cut to whole seconds: on average the platform's clock is half a second further.
        clock_ahead = None if date is None else came_at - date - HALF_A_SECOND
        page = read(response, came_at)
    except ApiError as error:
        return AccountCheck(error, clock_ahead=clock_ahead)
    unknown = dict.fromkeys(order.reading.status for order in page.orders if order.reading.position is None)
    return AccountCheck(None, clock_ahead=clock_ahead, unknown=tuple(unknown))
