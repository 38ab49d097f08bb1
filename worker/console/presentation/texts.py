"""Texts on pages. What comes from outside is on one line, without what can hide or reorder, and apart from the rest."""

from markupsafe import Markup

from worker.console.presentation.instants import NONE
from worker.domain.text import clean_text
from worker.operations.phrases import split_command

MAX_TEXT = 300
"""Characters of a text from outside that a page shows."""
MAX_ADVICE = 2_000
"""Characters of a sentence of ours, which may quote such texts."""


def outside_html(text: object, limit: int = MAX_TEXT) -> Markup:
    """Return a text from outside as an element that keeps its own direction of writing: nothing in it is HTML."""
    cleaned = clean_text(str(text), limit) if text is not None else ""
    return Markup("<bdi>{}</bdi>").format(cleaned) if cleaned else NONE


def number_text(number: int) -> str:
    """Return *number* with commas between thousands."""
    return f"{number:,}"


def advice_html(text: str) -> Markup:
    """Return a sentence of ours with each command in it as code. The rest is escaped.

    A command is between backticks, or it is the end of the sentence, after a colon.
    """
    sentence, command = split_command(clean_text(text, MAX_ADVICE))
    if command:
        return Markup("{} <code>{}</code>").format(sentence, command)
    parts = sentence.split("`")
    if len(parts) % 2 == 0:  # a text from outside in the sentence has one
        return Markup("{}").format("`".join(parts))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if index % 2 else part for index, part in enumerate(parts))
