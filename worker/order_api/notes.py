"""Notes: how tracking gets into a text that others write, too. A line is added, and nothing of theirs is lost."""

import re
from collections.abc import Collection

from worker.domain.text import clean_text

MAX_LINE = 200
MAX_NUMBER = 100


def add_tracking(notes: str | None, parcels: Collection[tuple[str, str]]) -> str | None:
    """Return *notes* with a line for those *parcels*, as (number, URL), that they do not name yet.

    None when there is nothing to add, or when *notes* is None: notes that the platform did not show cannot be kept.
    """
    if notes is None:
        return None
    cleaned = ((clean_text(number, MAX_NUMBER), clean_text(url)) for number, url in parcels)
    line = _line([(number, url) for number, url in cleaned if number and not _has_number(notes, number)])
    if not line:
        return None
    return notes + "\n" + line if notes and not notes.endswith("\n") else notes + line


def _has_number(notes: str, number: str) -> bool:
    """Tell whether *notes* name this parcel; TRK10 does not name TRK1."""
    return re.search(rf"(?<!\w){re.escape(number)}(?!\w)", notes) is not None


def _line(parcels: list[tuple[str, str]]) -> str:
    """Return a line with as many parcels as fit, each whole; the others get a line with the next step."""
    line = ""
    for number, url in parcels:
        for entry in (f"{number} {url}".strip(), number):
            longer = f"{line}, {entry}" if line else f"Tracking: {entry}"
            if len(longer) <= MAX_LINE:
                line = longer
                break
    return line
