"""The courier's words for each event, as people read them."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from webhook_receiver.profiles.engine.statuses import INFO, SEPARATOR, meaning_of
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.domain.events import EventName

MAX_OF_ROW = 500
"""The words of a row, which has several cells with several texts, are their product."""


def words_by_event(profile: ProfileFile) -> dict[str, tuple[str, ...]]:
    """Return the words of each event that *profile* knows, in the order of the events; `info` is the last."""
    words: dict[str, dict[str, None]] = {}
    for row in profile.status.rows if profile.status else ():
        words.setdefault(str(meaning_of(row[-1][0])), {}).update(dict.fromkeys(_words_of(row[:-1])))
    return {name: tuple(words[name]) for name in (*EventName, INFO) if name in words}


def _words_of(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield each word of a row. A row with very many is one text, with the choices of each cell."""
    if prod(map(len, cells)) > MAX_OF_ROW:
        yield _word([" or ".join(map(_shown, cell)) for cell in cells])
    else:
        yield from map(_word, product(*cells))


def _word(cells: Sequence[str]) -> str:
    """Return the cells as one word. A missing text is a dash, or nothing at the end."""
    texts = [_shown(text) for text in cells]
    while len(texts) > 1 and texts[-1] == _shown(""):
        texts.pop()
    return SEPARATOR.join(texts)


def _shown(text: str) -> str:
    return text or "–"
