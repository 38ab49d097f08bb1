"""Mistakes in the settings, and the message that tells all of them."""

from collections.abc import Iterable
from typing import NamedTuple

from worker.domain.errors import SettingsError
from worker.settings.layers import Location
from worker.settings.names import KeyPath

MAX_SENTENCES = 20
"""How many mistakes one message tells; more would scroll the first ones away."""


class Mistake(NamedTuple):
    """One mistake about the setting at *path*. *sentence* completes the name of its location, without a full stop."""

    path: KeyPath
    location: Location
    sentence: str
    is_misspelling: bool = False


def settings_error(mistakes: Iterable[Mistake]) -> SettingsError:
    """Return an error that tells *mistakes*, one a line: misspelt keys first, then by line of the settings file."""
    ordered = sorted(mistakes, key=lambda mistake: (not mistake.is_misspelling, mistake.location.line))
    # A list of secrets may have the same mistake several times.
    sentences = list(dict.fromkeys(_sentence(mistake) for mistake in ordered))
    more = len(sentences) - MAX_SENTENCES
    rest = [f"… and {more} more."] if more > 0 else []
    return SettingsError("\n".join(sentences[:MAX_SENTENCES] + rest))


def _sentence(mistake: Mistake) -> str:
    stop = "" if mistake.sentence.endswith("?") else "."
    return f"{mistake.location} {mistake.sentence}{stop}"
