"""The implementation of the port `OrderApi`, from an `OrdersClient` and a function that composes updates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from worker.domain.errors import Rejected, Unauthorized
from worker.domain.instants import microseconds
from worker.domain.orders import Reading, Reference
from worker.domain.results import Step
from worker.order_api.account_session import AccountContext
from worker.order_api.clients import OrdersClient
from worker.ports import Update


class Compose(Protocol):
    """Composes the updates of one account."""

    def __call__(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        """Return the fields that ask for *step*; see `OrderApi.compose`."""


class OrderApiAdapter:
    """Implements the port `OrderApi` for one account."""

    def __init__(self, client: OrdersClient, compose: Compose, context: AccountContext) -> None:
        self._client, self._compose = client, compose
        self.deadline = microseconds(context.client.timeouts.overall)

    def read(self, order_id: str) -> Reading:
        with _rejected_as_unauthorized():
            return self._client.show(order_id).reading

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        return self._compose(step, reading, with_note=with_note)

    def write(self, order_id: str, update: Update) -> Reading:
        return self._client.update(order_id, update).reading

    def find(self, reference: Reference) -> Sequence[str]:
        with _rejected_as_unauthorized():
            return self._client.find(reference)

    def probe(self) -> None:
        with _rejected_as_unauthorized():
            self._client.probe()


@contextmanager
def _rejected_as_unauthorized() -> Iterator[None]:
    """Turn the `Rejected` of a read into `Unauthorized`.

    A read contains settings of the account and the name of an order. A platform that rejects it rejects the settings.
    """
    try:
        yield
    except Rejected as error:
        if not error.status:  # nothing was sent: the order id is not an id of the platform
            raise
        raise Unauthorized(error.message, error.status, error.code, error.request_id) from error
