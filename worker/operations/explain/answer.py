"""The answer: who acts next and when, why, and the command to type. It is the same for the terminal and for a page."""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.instants import Instant
from worker.operations.instants import iso

NOTHING_TO_TYPE = "There is nothing to type."


class Actor(StrEnum):
    """Who acts next."""

    OPERATOR = "operator"
    """A person: the order goes on only after that."""
    WORKER = "worker"
    PLATFORM = "platform"
    """The account is held until the platform answers."""
    COURIER = "courier"
    """The order waits for news of it."""
    CUSTOMER = "customer"
    """The order waits for its payment."""
    NOBODY = "nobody"
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person needs at first sight.

    *at* is when a worker or the platform acts, or when the time of the courier ends; None if nobody knows, and for all
    others. *since* is since when the order has waited for that; None if nobody knows. *sentence* says both. *cause* is
    the word for which the order waits; empty without one. *why* is one or more sentences, with what to do before
    *command*, which is empty when there is nothing to type.
    """

    who: Actor
    sentence: str
    why: str
    cause: str = ""
    command: str = ""
    at: Instant | None = None
    since: Instant | None = None

    @property
    def lines(self) -> tuple[str, str, str]:
        """The three lines: who and when, why, and what to type."""
        return self.sentence, self.why, self.command or NOTHING_TO_TYPE

    def document(self) -> dict[str, object]:
        """Return the answer as JSON values. The keys are a contract."""
        return {
            "who": self.who,
            "at": iso(self.at),
            "since": iso(self.since),
            "sentence": self.sentence,
            "cause": self.cause or None,
            "why": self.why,
            "command": self.command or None,
        }


def sentences(*parts: str) -> str:
    """Return *parts*, of which some may be empty, as sentences of one line. Each ends with a full stop.

    So a text from outside at its end is never taken for a command: see `split_command`.
    """
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
