"""Text from outside, made safe for a terminal, a log line, a note and a database."""

import re

# C0 and C1 controls, the line and paragraph separators, and surrogates, which no encoding can write.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Embeddings, overrides and isolates reorder what follows them; the marks that Arabic and Hebrew need stay.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]+")
_WEB_URL = re.compile(r"https?://[^\s<>\"\\]{1,490}", re.IGNORECASE)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LOOK_AT = 10
"""How many times its limit of a text is looked at: a text has few characters that are left out, or it is no text."""
_MAX_URL = 500


def clean_text(text: str, limit: int = 200) -> str:
    """Return *text* on one line, without control characters, trimmed, at most *limit* characters long.

    Of a long text only the beginning counts, ten times *limit*: a request must not make it cost more.
    """
    return _CONTROLS.sub(" ", _BIDI_CONTROLS.sub("", text[: _LOOK_AT * limit])).strip()[:limit].rstrip()


def is_storable(text: str) -> bool:
    """Tell whether a column of text can hold *text*: PostgreSQL refuses NUL, and no encoding has lone surrogates."""
    return _UNSTORABLE.search(text) is None


def is_web_url(text: str) -> bool:
    """Tell whether *text* is a printable URL of http or https, short enough for an order's notes."""
    return len(text) <= _MAX_URL and text.isprintable() and _WEB_URL.fullmatch(text) is not None
