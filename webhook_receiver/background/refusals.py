"""Counts refused requests by what was wrong, until they are added to the database. The memory is bounded."""

from collections import Counter
from collections.abc import Mapping

from webhook_receiver.requests import Sender
from worker.domain.reasons import DeliveryOutcome, RefusalReason
from worker.domain.refusals import Refusal, unknown_path, within_bounds


class RefusalCounts:
    """Counts refused requests. The caller holds a lock."""

    def __init__(self) -> None:
        self._counts: Counter[Refusal] = Counter()

    def add(self, sender: Sender, reason: str, path: str) -> None:
        """Count a request if it was refused: it is stale, *reason* is a `RefusalReason`, or *path* names no source."""
        if path:
            self.put_back({unknown_path(path): 1})
        elif sender.outcome == DeliveryOutcome.STALE:
            self._counts[Refusal(sender.source, "", RefusalReason.STALE)] += 1
        elif sender.outcome == DeliveryOutcome.REFUSED and reason:
            self._counts[Refusal(sender.source, "", RefusalReason(reason))] += 1

    def take(self) -> Mapping[Refusal, int]:
        """Return the counts, and begin anew."""
        counts, self._counts = self._counts, Counter()
        return counts

    def put_back(self, counts: Mapping[Refusal, int]) -> None:
        """Add *counts*, such as those that could not be added to the database."""
        self._counts.update(within_bounds(counts, {refusal.path for refusal in self._counts if refusal.path}))
