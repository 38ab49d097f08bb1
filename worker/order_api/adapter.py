"""The implementation of the port `OrderApi`, from an `OrdersClient` and a function that composes updates."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Protocol

from worker.domain.errors import ReadRefused, Rejected, Unauthorized
from worker.domain.instants import DAY, Instant, microseconds, moment_of
from worker.domain.orders import Reading, Reference
from worker.domain.results import Step
from worker.order_api.account_session import AccountContext
from worker.order_api.clients import OrdersClient, Page, nothing
from worker.order_api.http.client import AnswerTooLarge
from worker.order_api.statuses import StatusTable
from worker.ports import ListedPage, ListedStatus, Update


class Compose(Protocol):
    """Composes the updates of one account."""

    def __call__(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        """Return the fields that ask for *step*; see `OrderApi.compose`."""


class OrderApiAdapter:
    """Implements the port `OrderApi` for one account."""

    def __init__(self, client: OrdersClient, compose: Compose, context: AccountContext, statuses: StatusTable) -> None:
        self._client, self._compose = client, compose
        self.scanned_statuses: Sequence[ListedStatus] = statuses.scanned()
        self.deadline = microseconds(context.client.timeouts.overall)

    def read(self, order_id: str) -> Reading:
        with _read_refused():
            return self._client.show(order_id).reading

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        return self._compose(step, reading, with_note=with_note)

    def write(self, order_id: str, update: Update) -> Reading:
        return self._client.update(order_id, update).reading

    def list_orders(self, status: str | None, since: Instant) -> Iterator[ListedPage]:
        # One day earlier, because the day may begin later in the platform's time zone.
        pages = self._client.pages_since(status, moment_of(since - DAY).date())
        return map(_listed_page, pages)  # no generator, which would end with the first error

    def find(
        self, reference: Reference, ended_by: Instant | None = None, before_call: Callable[[], None] = nothing
    ) -> Sequence[str]:
        with _read_refused():
            return self._client.find(reference, ended_by, before_call)

    def probe(self) -> None:
        # An answer that is too large to be read shows an order: the platform accepts the credentials.
        with _read_refused(), suppress(AnswerTooLarge):
            self._client.probe()


def _listed_page(page: Page) -> ListedPage:
    orders = tuple((order.order_id, order.reading) for order in page.orders)
    return ListedPage(orders, page.last, page.total, page.unreadable)


@contextmanager
def _read_refused() -> Iterator[None]:
    """Turn the refusal of a read into `ReadRefused`, unless it is about the credentials.

    A read contains settings of the account and the name of an order. A platform that rejects it rejects one of them.
    """
    try:
        yield
    except (Rejected, Unauthorized) as error:
        # Without a status, nothing was sent: the order id is not an id of the platform.
        if error.status in {0, HTTPStatus.UNAUTHORIZED}:
            raise
        raise ReadRefused(error.message, error.status, error.code, error.request_id) from error
