"""Adds tracking numbers to the notes of an order. Other people write notes, too, and keep what they wrote."""

import re
from collections.abc import Collection

from worker.domain.text import clean_text

MAX_LINE = 200
"""Characters of the line that is added."""
MAX_NUMBER = 100
"""Characters of a tracking number."""


def add_tracking(notes: str | None, parcels: Collection[tuple[str, str]]) -> str | None:
    """Return *notes* with one more line, which names those *parcels*, as (number, URL), that *notes* do not name yet.

    None when there is nothing to add. Also None when *notes* is None: the platform did not show the notes, and a write
    would replace them.
    """
    if notes is None:
        return None
    cleaned = ((clean_text(number, MAX_NUMBER), clean_text(url)) for number, url in parcels)
    line = _line([(number, url) for number, url in cleaned if number and not _has_number(notes, number)])
    if not line:
        return None
    return notes + "\n" + line if notes and not notes.endswith("\n") else notes + line


def _has_number(notes: str, number: str) -> bool:
    """Tell whether *notes* contain *number* as a word: “TRK10” does not contain TRK1."""
    return re.search(rf"(?<!\w){re.escape(number)}(?!\w)", notes) is not None


def _line(parcels: list[tuple[str, str]]) -> str:
    """Return a line with as many parcels as fit. The next step adds a line for the others."""
    line = ""
    for number, url in parcels:
        for entry in (f"{number} {url}".strip(), number):
            longer = f"{line}, {entry}" if line else f"Tracking: {entry}"
            if len(longer) <= MAX_LINE:
                line = longer
                break
    return line
