"""The port `OrderApi`, alike for every platform: calls of an order book, and what a step sends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from worker.domain.errors import Rejected, Unauthorized
from worker.domain.instants import microseconds
from worker.domain.orders import Reading, Reference
from worker.domain.results import Step
from worker.order_api.accounts import AccountContext
from worker.order_api.clients import OrdersClient
from worker.ports import Update


class Compose(Protocol):
    """Writes updates in a platform's words."""

    def __call__(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        """Return the fields that ask for *step* of the order as it was read just now; *noted* adds our line to it."""


class OrderApiAdapter:
    """The orders of one account, read and written. *deadline* is in microseconds."""

    def __init__(self, book: OrdersClient, compose: Compose, context: AccountContext) -> None:
        self._client, self._compose = book, compose
        self.deadline = microseconds(context.client.timeout.overall)

    def read(self, order_id: str) -> Reading:
        with _blaming_the_account():
            return self._client.show(order_id).reading

    def compose(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        return self._compose(step, reading, noted=noted)

    def write(self, order_id: str, update: Update) -> Reading:
        return self._client.update(order_id, update).reading

    def find(self, reference: Reference) -> Sequence[str]:
        with _blaming_the_account():
            return self._client.find(reference)

    def probe(self) -> None:
        with _blaming_the_account():
            self._client.probe()


@contextmanager
def _blaming_the_account() -> Iterator[None]:
    """A read says nothing but whose it is: when the platform rejects it, the account's settings are wrong."""
    try:
        yield
    except Rejected as error:
        if not error.status:  # ours: the order's id is none
            raise
        raise Unauthorized(error.message, error.status, error.code, error.request_id) from error
