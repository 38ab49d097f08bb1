"""Texts on pages. What comes from outside is on one line, without what can hide or reorder, and apart from the rest."""

from markupsafe import Markup

from worker.console.presentation.instants import NONE
from worker.domain.text import clean_text

MAX_TEXT = 300
"""Characters of a text from outside that a page shows."""


def outside_html(text: object, limit: int = MAX_TEXT) -> Markup:
    """Return a text from outside as an element that keeps its own direction of writing: nothing in it is HTML."""
    cleaned = clean_text(str(text), limit) if text is not None else ""
    return Markup("<bdi>{}</bdi>").format(cleaned) if cleaned else NONE


def number_text(number: int) -> str:
    """Return *number* with commas between thousands."""
    return f"{number:,}"


def words_text(word: str) -> str:
    """Return a word of the contract as people read it: `unknown_status` is `unknown status`."""
    return word.replace("_", " ")
