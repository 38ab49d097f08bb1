"""The meanings of a platform's status words, as data. An account may add words of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from worker.domain.orders import Payment
from worker.domain.stages import Position, Stage, TerminalStatus
from worker.ports import ListedStatus


class Meaning(NamedTuple):
    """What a status says about an order: its position, and its payment if the status says so."""

    position: Position
    payment: Payment = Payment.UNKNOWN


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        **{stage.value: Meaning(stage) for stage in Stage},
        "paid": Meaning(Stage.PENDING, Payment.PAID),
        **{status.value: Meaning(status) for status in TerminalStatus},
    }
)
"""The possible meanings of a status, by our word for each. `paid` is a pending order that is known to be paid."""

_UNKNOWN = Meaning(None)


@dataclass(frozen=True, slots=True)
class StatusTable:
    """One platform's status words."""

    meanings: Mapping[str, str]
    """The meaning of each status, as a word of `MEANINGS`."""
    status_of: Mapping[Stage, str]
    """The status that a write sets for each stage. A stage without an entry has no status of its own."""

    def read(self, status: str) -> Meaning:
        """Return the meaning of *status*; for an unknown status, a meaning without a position."""
        word = self.meanings.get(status)
        return MEANINGS[word] if word else _UNKNOWN

    def scanned(self) -> tuple[ListedStatus, ...]:
        """Return the statuses of all orders that may still change: all except those that mean completed."""
        listed = (ListedStatus(word, self.read(word).position) for word in self.meanings)
        return tuple(status for status in listed if status.position is not Stage.COMPLETED)

    def extended(self, own: Mapping[str, str]) -> "StatusTable":
        """Return this table with an account's *own* words, which take precedence.

        Raises ValueError in two cases. A status that a write sets must keep its stage, else no answer could confirm the
        write. A terminal status must keep its meaning, because an order with such a status takes no write.
        """
        for status in own:
            if isinstance(self.read(status).position, TerminalStatus) and own[status] != self.meanings[status]:
                meaning = self.meanings[status]
                raise ValueError(f"must keep the meaning {meaning} of “{status}”: such an order takes no write")
        table = replace(self, meanings={**self.meanings, **own})
        for stage, status in self.status_of.items():
            if table.read(status).position is not stage:
                raise ValueError(f"must keep the meaning {stage} of “{status}”: writes set this status")
        return table
