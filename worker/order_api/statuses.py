"""Status words: what a platform's words mean to us. Data, to which an account may add words of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from worker.domain.stages import Position, Stage, TerminalStatus


class Meaning(NamedTuple):
    """What a status says: where the order stands, and, where it says so, whether it is paid."""

    position: Position
    paid: bool | None = None


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        **{stage.value: Meaning(stage) for stage in Stage},
        "paid": Meaning(Stage.PENDING, payment=Payment.PAID),
        **{ending.value: Meaning(ending) for ending in TerminalStatus},
    }
)
"""All that a status can mean, by the word that a table has for it; `paid` is pending, with the payment known."""

_UNKNOWN = Meaning(None)


@dataclass(frozen=True, slots=True)
class StatusTable:
    """One platform's words: *meanings*, in words of `MEANINGS`, and the word that *asks* for each place."""

    meanings: Mapping[str, str]
    asks: Mapping[Stage, str]

    def read(self, status: str) -> Meaning:
        """Return what *status* means; nothing, if we do not know it."""
        found = self.meanings.get(status)
        return MEANINGS[found] if found else _UNKNOWN

    def extended(self, own: Mapping[str, str]) -> "StatusTable":
        """Return this table with an account's *own* words in it, which go before.

        Raises ValueError where a word that asks for a place would mean another one, for no answer could confirm it, and
        where an ending would be none any more, for an order that has ended takes no write.
        """
        for word in own:
            if isinstance(self.read(word).position, TerminalStatus) and own[word] != self.meanings[word]:
                raise ValueError(f"must leave “{word}” to mean {self.meanings[word]}: such an order takes no write")
        table = replace(self, meanings={**self.meanings, **own})
        for stage, word in self.asks.items():
            if table.read(word).position is not stage:
                raise ValueError(f"must leave “{word}” to mean {stage}: it is the word that asks for it")
        return table
