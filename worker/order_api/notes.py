"""Notes: how tracking gets into a text that others write, too. A line is added, and nothing of theirs is lost."""

import re
from collections.abc import Collection

from worker.domain.text import clean_text

MAX_LINE = 200
MAX_NUMBER = 100


def annotated(notes: str | None, parcels: Collection[tuple[str, str]]) -> str | None:
    """Return *notes* with a line for those *parcels*, as (number, URL), that they do not name yet.

    None when there is nothing to add, or the platform did not show the notes: what was not read could not be kept.
    """
    if notes is None:
        return None
    cleaned = ((clean_text(number, MAX_NUMBER), clean_text(url)) for number, url in parcels)
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
