"""Status words: what a platform's words mean to us. They are data, and an account may add words of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from worker.domain.orders import Payment
from worker.domain.stages import Position, Stage, TerminalStatus


class Meaning(NamedTuple):
    """What a status says: where the order stands, and, if it says so, whether it is paid."""

    position: Position
    payment: Payment = Payment.UNKNOWN


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        **{stage.value: Meaning(stage) for stage in Stage},
        "paid": Meaning(Stage.PENDING, Payment.PAID),
        **{status.value: Meaning(status) for status in TerminalStatus},
    }
)
"""All that a status can mean, by our word for it. `paid` is a pending order whose payment is known."""

_UNKNOWN = Meaning(None)


@dataclass(frozen=True, slots=True)
class StatusTable:
    """One platform's status words."""

    meanings: Mapping[str, str]
    """The meaning of each status, as a word of `MEANINGS`."""
    status_of: Mapping[Stage, str]
    """The status that a write sets for each stage. A stage that is missing here has no status of its own."""

    def read(self, status: str) -> Meaning:
        """Return what *status* means; a status that we do not know means nothing."""
        word = self.meanings.get(status)
        return MEANINGS[word] if word else _UNKNOWN

    def extended(self, own: Mapping[str, str]) -> "StatusTable":
        """Return this table with an account's *own* words, which take precedence.

        Raises ValueError in two cases. A status that a write sets must keep its stage, because no answer could confirm
        the write otherwise. A terminal status must stay terminal, because such an order takes no write.
        """
        for status in own:
            if isinstance(self.read(status).position, TerminalStatus) and own[status] != self.meanings[status]:
                raise ValueError(f"must leave “{status}” to mean {self.meanings[status]}: such an order takes no write")
        table = replace(self, meanings={**self.meanings, **own})
        for stage, status in self.status_of.items():
            if table.read(status).position is not stage:
                raise ValueError(f"must leave “{status}” to mean {stage}: it is the word that asks for it")
        return table
