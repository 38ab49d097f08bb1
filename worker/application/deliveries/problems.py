"""What cannot be used of a delivery, in values and in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from worker.domain.reasons import MISSING_STATUS, STATUS_WITHOUT_WORD, QuarantineReason
from worker.domain.text import clean_text
from worker.operations.phrases import counted

FOUND_BY_THE_DATABASE = frozenset(
    {QuarantineReason.KEY_REUSED, QuarantineReason.WHICH_PARCEL, QuarantineReason.TOO_MANY_EVENTS}
)
"""Reasons that only a comparison with other events shows. A reading alone does not find them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An element that cannot be used. *element* is its position, such as `[1][0]`; empty for the whole document."""

    element: str
    reason: str
    detail: str


def is_healed(problems: Sequence[Problem] | None, reason: str) -> bool:
    """Tell whether a delivery that was quarantined for *reason* can be used now, by what was read again."""
    return problems is not None and not problems and reason not in FOUND_BY_THE_DATABASE


def problem_text(reason: str, detail: str) -> str:
    """Return a reason and its detail in a sentence: `unknown_event “XX9”`, `not_allowed: order.shipped`, `no_order`."""
    text = clean_text(detail)
    if not text:
        return reason
    is_word = reason == QuarantineReason.UNKNOWN_EVENT and detail not in {MISSING_STATUS, STATUS_WITHOUT_WORD}
    return f"{reason} “{text}”" if is_word else f"{reason}: {text}"


def taken_in(count: int) -> str:
    """Return how many events of a quarantined delivery are in the database: `2 of its events were taken in`."""
    return f"{counted(count, 'of its events was', 'of its events were')} taken in" if count else "nothing was taken in"
