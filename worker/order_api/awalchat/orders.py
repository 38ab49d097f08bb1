"""The orders of one awalchat account: the port `OrderApi`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from worker.domain.errors import Rejected, Unauthorized
from worker.domain.instants import microseconds
from worker.domain.orders import Reading, Step
from worker.order_api.awalchat.answers import content_of, reading_of
from worker.order_api.awalchat.calls import Calls
from worker.order_api.awalchat.updates import Composer
from worker.order_api.awalchat.vocabulary import read_order_id
from worker.order_api.client import Answer
from worker.ports import Update


class AwalchatOrders:
    """Reads and writes orders, one call for each. *deadline* is in microseconds."""

    def __init__(self, calls: Calls, composer: Composer) -> None:
        self._calls, self._composer = calls, composer
        self._now = calls.surroundings.now
        self.deadline = microseconds(calls.surroundings.client.patience.overall)

    def read(self, order_id: str) -> Reading:
        path, began = _path(order_id), self._now()
        with _blaming_the_account():
            return reading_of(self._calls("GET", path), order_id, began, self._now())

    def compose(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        return self._composer(step, reading, noted=noted)

    def write(self, order_id: str, update: Update) -> Reading:
        path, began = _path(order_id), self._now()
        answer = self._calls("PUT", path, json.dumps(dict(update)).encode())
        return reading_of(answer, order_id, began, self._now())

    def probe(self) -> None:
        with _blaming_the_account():
            content_of(list_one(self._calls), self._now())


def list_one(calls: Calls) -> Answer:
    """Ask for a list of one order ("List Orders"): the least that a call with good credentials can ask for."""
    return calls("GET", "/orders", limit="1")


def _path(order_id: str) -> str:
    """Return the path of an order: no text that is not an order id ever comes into a URL."""
    try:
        return f"/orders/{read_order_id(order_id)}"
    except ValueError as error:
        raise Rejected(f"the text in its place {error}") from error


@contextmanager
def _blaming_the_account() -> Iterator[None]:
    """A read says nothing but whose it is: when it is rejected, the account's settings are wrong, not the order."""
    try:
        yield
    except Rejected as error:
        raise Unauthorized(error.message, error.status, error.code, error.request_id) from error
