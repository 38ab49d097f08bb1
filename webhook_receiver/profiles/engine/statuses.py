"""The status of a parcel: from the courier's words to an event of ours, by the rows of a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from webhook_receiver.profiles.engine.values import folded
from worker.domain.events import EventName
from worker.domain.text import clean_text

INFO: Literal["info"] = "info"
"""Says that a status is of no interest: it moves nothing."""
SEPARATOR = " | "
"""Stands between the cells of a word."""
MAX_CELL = 200
"""Characters of a status field. A longer one is no status, and is neither compared nor folded."""

Meaning: TypeAlias = EventName | Literal["info"]


class StatusMatch(NamedTuple):
    """The meaning of a status. *row* counts from 1; 0: a word of the source's own, or the profile's `unknown`.

    *meaning* is None when the status is unknown.
    """

    word: str
    row: int
    meaning: Meaning | None


class Cell(NamedTuple):
    """One cell of a row: texts, any of which fits, and beginnings of texts. The beginning "" fits everything."""

    texts: frozenset[str]
    beginnings: tuple[str, ...] = ()

    def fits(self, text: str) -> bool:
        """Tell whether *text* fits."""
        return text in self.texts or (bool(self.beginnings) and text.startswith(self.beginnings))

    def hides(self, other: "Cell") -> bool:
        """Tell whether everything that fits *other* fits this cell as well."""
        return all(map(self.fits, other.texts)) and all(
            bool(self.beginnings) and beginning.startswith(self.beginnings) for beginning in other.beginnings
        )


class Row(NamedTuple):
    """One row: a cell for each status field, and the meaning."""

    cells: tuple[Cell, ...]
    meaning: Meaning

    def hides(self, other: "Row") -> bool:
        """Tell whether every status of *other* fits this row as well."""
        return all(mine.hides(its) for mine, its in zip(self.cells, other.cells, strict=True))


@dataclass(frozen=True, slots=True)
class StatusTable:
    """The rows of a profile, and the *own* words of a source, which are tried first. *unknown* is for all others."""

    rows: Sequence[Row]
    own: Mapping[str, Meaning]
    fold: bool = False
    unknown: Meaning | None = None

    def match(self, texts: Sequence[str]) -> StatusMatch:
        """Return the meaning of a status, whose fields have *texts*."""
        word = word_of(texts)
        cells = [folded(text) for text in texts] if self.fold else texts
        own = self.own.get(folded(word) if self.fold else word)
        if own is not None:
            return StatusMatch(word, 0, own)
        for number, row in enumerate(self.rows, 1):
            if all(cell.fits(text) for cell, text in zip(row.cells, cells, strict=True)):
                return StatusMatch(word, number, row.meaning)
        return StatusMatch(word, 0, self.unknown)


def word_of(texts: Sequence[str]) -> str:
    """Return the word of a status: its cells, without the missing ones at the end.

    It is the word as people read it, because they copy it into the `statuses` of a source.
    """
    last = max((index for index, text in enumerate(texts) if text), default=-1)
    return clean_text(SEPARATOR.join(text[:MAX_CELL] for text in texts[: last + 1]))


def word_flaw(word: str, *, fields: int, fold: bool) -> str:
    """Return why no status can have a word of the source's own, with this many status *fields*; empty if one can."""
    cells = word.split(SEPARATOR)
    if len(cells) > fields:
        return f"has {len(cells)} cells, more than status.from has paths"
    if len(cells) > 1 and not cells[-1].strip():
        return "must not end in an empty cell: leave it out"
    if word and not (folded(word) if fold else clean_text(word)):
        return 'has nothing to compare with: "" stands for a missing status'
    return ""


def meaning_of(name: str) -> Meaning:
    """Return the meaning with this name: an event, with or without `shipment.`, or `info`.

    Raises ValueError; the error's text completes "<key> …".
    """
    if name == INFO:
        return INFO
    known = {event.value: event for event in EventName if event is not EventName.HINT}
    event = known.get(name) or known.get(f"shipment.{name}")
    if event is None:
        raise ValueError(f"names no event: it must be {INFO} or one of {', '.join(known)}")
    return event


def cell_of(texts: Sequence[str], *, fold: bool) -> Cell:
    """Return the cell that fits any of *texts*: `*` fits anything, and `x*` what begins so."""
    written = [(text[:-1], True) if text.endswith("*") else (text, False) for text in texts]
    shown = [(folded(text) if fold else text, is_beginning) for text, is_beginning in written]
    return Cell(
        frozenset(text for text, is_beginning in shown if not is_beginning),
        tuple(text for text, is_beginning in shown if is_beginning),
    )
