"""What can become of a delivery that the journal keeps."""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.orders import OrderKey
from worker.ports import Receipt


class Outcome(StrEnum):
    """What became of a stored delivery, the gravest first: a delivery of several events has the gravest of theirs."""

    QUARANTINED = "quarantined"
    STALE = "stale"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


GRAVITY = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one event came to, or a whole delivery."""

    outcome: Outcome
    event_id: int | None = None
    reason: str = ""
    detail: str = ""
    nudges: tuple[OrderKey, ...] = ()

    def receipt(self, delivery_id: int | None) -> Receipt:
        """The answer for the one who delivered."""
        return Receipt(self.outcome.value, delivery_id, self.event_id, self.reason, self.nudges)
