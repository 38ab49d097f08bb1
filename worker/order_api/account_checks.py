"""Examinations: what an account's settings are worth, found out by reading a few of its orders."""

from collections.abc import Callable

from worker.domain.errors import ApiError
from worker.domain.instants import SECOND
from worker.order_api.accounts import AccountCheck, AccountContext
from worker.order_api.clients import Page
from worker.order_api.http.client import HttpResponse
from worker.order_api.http.rate_limits import date_of

SAMPLE_SIZE = 20
"""Orders that are looked at for statuses that we do not know."""
HALF_A_SECOND = SECOND // 2


def look(
    context: AccountContext, ask: Callable[[], HttpResponse], read: Callable[[HttpResponse, int], Page]
) -> AccountCheck:
    """Tell how it goes to *ask* for a page of orders, and to *read* the answer at an instant in microseconds."""
    ahead = None
    try:
        answer = ask()
        now, date = context.now(), date_of(answer.headers)
        # `Date` is cut to whole seconds: on average the platform's clock is half a second further.
        ahead = None if date is None else now - date - HALF_A_SECOND
        page = read(answer, now)
    except ApiError as error:
        return AccountCheck(error, clock_ahead=ahead)
    unknown = dict.fromkeys(shown.reading.status for shown in page.orders if shown.reading.position is None)
    return AccountCheck(None, clock_ahead=ahead, unknown=tuple(unknown))
