"""Text from outside, made safe for a terminal, a log line, a note and a database."""

import re

# C0 and C1 controls, the line and paragraph separators, and surrogates, which no encoding can write.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
)
"""What can hide in a text, or reorder it, as a character class for `re`.

These are all format characters (category Cf), and what else Unicode lets a program show as nothing (source: Unicode 15,
Default_Ignorable_Code_Point): variation selectors, fillers, tags, and the code points that are kept for more of them.
"""
_SCRIPTS_WITH_JOINERS = "\u0620-\u08ff\u0900-\u109f\u1780-\u18af"
"""From Arabic to NKo, from Devanagari to Myanmar, Khmer and Mongolian: a joiner there can change the word."""
_JOINERS = "\u200c\u200d"
_HIDDEN = re.compile(
    f"(?:(?<=[{_SCRIPTS_WITH_JOINERS}])(?P<joiner>[{_JOINERS}])(?=[{_SCRIPTS_WITH_JOINERS}]))|[{INVISIBLE}]"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LOOK_AT = 10
"""How many times its limit of a text is looked at: a text has few characters that are left out, or it is no text."""


def clean_text(text: str, limit: int = 200) -> str:
    """Return *text* on one line, without control and format characters, trimmed, at most *limit* characters long.

    Only a joiner (U+200C, U+200D) between two letters of a script that needs it stays. Of a long text only the
    beginning counts, ten times *limit*: a request must not make it cost more.
    """
    visible = without_hidden(text[: _LOOK_AT * limit])
    return _CONTROLS.sub(" ", visible).strip()[:limit].rstrip(_JOINERS).rstrip()


def without_hidden(text: str) -> str:
    """Return *text* without the characters that can hide in it, or reorder it."""
    return text if text.isascii() else _HIDDEN.sub(lambda found: found["joiner"] or "", text)


def is_printable(text: str) -> bool:
    """Tell whether each character of *text* shows as something, and none is a line break; true of an empty text."""
    return text.isprintable() and (text.isascii() or _INVISIBLE.search(text) is None)


def is_storable(text: str) -> bool:
    """Tell whether a column of text can hold *text*: PostgreSQL refuses NUL, and no encoding has lone surrogates."""
    return _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """Return *text* with U+FFFD in the place of each character that no column of text can hold."""
    return _UNSTORABLE.sub("\ufffd", text)


def visible(text: str) -> str:
    """Return *text* with its line breaks, and with an escape for every other character that does not print."""
    # Most lines print, and to look at each character of a large body would take seconds.
    return "\n".join(line if is_printable(line) else "".join(map(_visible, line)) for line in text.split("\n"))


def _visible(character: str) -> str:
    return character if is_printable(character) else character.encode("unicode_escape").decode()
