"""What a reconciliation tells while it runs, for the logs: each write that was sent, and each end."""

from dataclasses import dataclass

from worker.domain.instants import Duration
from worker.domain.results import LeaseLost, OrderFound, Result
from worker.domain.stages import Stage
from worker.ports import LeasedOrder, WriteResult


@dataclass(frozen=True, slots=True)
class SentWrite:
    """A write that was sent to a platform, and how it ended.

    It asked for *stage*, when the platform showed the status *before*. The call took *duration*. *http_status* is 0,
    and *request_id* is empty, if the platform gave none.
    """

    result: WriteResult
    before: str
    stage: Stage
    duration: Duration
    http_status: int
    request_id: str


class Observer:
    """Is told what reconciliations do. Its methods must neither wait nor fail. This one does nothing."""

    def wrote(self, leased: LeasedOrder, write: SentWrite) -> None:
        """Take note of *write*, which was made under the lease of *leased*."""

    def ended(self, leased: LeasedOrder, result: Result | OrderFound | LeaseLost) -> None:
        """Take note of the *result* of the reconciliation of *leased*."""


UNOBSERVED = Observer()
"""Takes note of nothing."""
