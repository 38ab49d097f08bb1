"""What is alike in the orders of every platform: they are read, found and probed through the account's order book."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from worker.domain.errors import Rejected, Unauthorized
from worker.domain.instants import microseconds
from worker.domain.orders import Reading, Reference, Step
from worker.order_api.accounts import Surroundings
from worker.order_api.books import Shown
from worker.ports import Update


class Book(Protocol):
    """What an order book does for turns."""

    def show(self, order_id: str) -> Shown:
        """Return one order."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders with exactly this number, or tracking number."""

    def probe(self) -> None:
        """Ask for the least that a call with good credentials can ask for."""


class Orders(ABC):
    """The port `OrderApi`, but for what a step sends. *deadline* is in microseconds."""

    def __init__(self, book: Book, surroundings: Surroundings) -> None:
        self._book = book
        self.deadline = microseconds(surroundings.client.patience.overall)

    def read(self, order_id: str) -> Reading:
        with _blaming_the_account():
            return self._book.show(order_id).reading

    @abstractmethod
    def compose(self, step: Step, reading: Reading, *, noted: bool) -> Update: ...

    @abstractmethod
    def write(self, order_id: str, update: Update) -> Reading: ...

    def find(self, reference: Reference) -> Sequence[str]:
        with _blaming_the_account():
            return self._book.find(reference)

    def probe(self) -> None:
        with _blaming_the_account():
            self._book.probe()


@contextmanager
def _blaming_the_account() -> Iterator[None]:
    """A read says nothing but whose it is: when the platform rejects it, the account's settings are wrong."""
    try:
        yield
    except Rejected as error:
        if not error.status:  # ours: the order's id is none
            raise
        raise Unauthorized(error.message, error.status, error.code, error.request_id) from error
