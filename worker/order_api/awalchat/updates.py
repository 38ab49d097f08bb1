"""What a step sends (awalchat API reference, "Update Order"): fields that it would otherwise lose, or cannot know."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from worker.domain.instants import moment_of
from worker.domain.orders import Place, Reading, Step
from worker.domain.text import clean_text
from worker.order_api.awalchat.vocabulary import WORDS
from worker.ports import Update

MAX_LINE = 200
MAX_NUMBER = 100
DATE_OF = {Place.SHIPPED: "shipping_date", Place.DELIVERED: "delivery_date"}


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes updates for one account: dates in its *timezone*, and its *branch_id*, where it has one, in each."""

    timezone: ZoneInfo
    branch_id: int | None = None

    def __call__(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        """Return the fields that ask for *step* of the order as it was read just now."""
        update: dict[str, object] = {"status": WORDS[step.place]}
        # Left out, it falls back to unpaid; sent on any other ground, it would be our claim.
        if reading.paid is True:
            update["payment_status"] = "paid"
        dated = DATE_OF.get(step.place)
        if dated and not getattr(reading, dated):
            update[dated] = self._date(step.evidence_at)
        notes = _annotated(reading.notes, step.tracking) if noted else None
        if notes is not None:
            update["admin_notes"] = notes
        if self.branch_id is not None:
            update["branch_id"] = self.branch_id
        return update

    def _date(self, instant: int) -> str:
        return moment_of(instant).astimezone(self.timezone).date().isoformat()


def _annotated(notes: str | None, tracking: tuple[tuple[str, str], ...]) -> str | None:
    """Return *notes* with a line for the parcels that they do not name yet; None when there is nothing to add.

    Notes that the platform did not show could not be kept: nothing is added to them.
    """
    if notes is None:
        return None
    cleaned = ((clean_text(number, MAX_NUMBER), clean_text(url)) for number, url in tracking)
    line = _line([(number, url) for number, url in cleaned if number and not _names(notes, number)])
    if not line:
        return None
    return notes + "\n" + line if notes and not notes.endswith("\n") else notes + line


def _names(notes: str, number: str) -> bool:
    """Tell whether *notes* name this parcel; TRK10 does not name TRK1."""
    return re.search(rf"(?<!\w){re.escape(number)}(?!\w)", notes) is not None


def _line(parcels: list[tuple[str, str]]) -> str:
    """Name as many parcels as fit, each whole; the others get their line with the next step."""
    line = ""
    for number, url in parcels:
        for entry in (f"{number} {url}".strip(), number):
            longer = f"{line}, {entry}" if line else f"Tracking: {entry}"
            if len(longer) <= MAX_LINE:
                line = longer
                break
    return line
