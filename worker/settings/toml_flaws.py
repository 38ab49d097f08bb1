"""What is wrong in a file that is not TOML, in words for people who do not know TOML.

The whole message of `tomllib` is not shown: it may quote a value.
"""

import re

_POSITION = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")
_WORDS = (
    ("Invalid value", "a value is missing, or a text has no quotation marks"),
    ("Expected newline", "a line has one setting, and a text has quotation marks"),
    ("Illegal character '\\n'", "a quotation mark is missing at the end of the line"),
    ("Unterminated string", "a quotation mark is missing"),
    ('Expected "\'"', "a quotation mark is missing"),
    ("Unclosed array", "a bracket ] is missing"),
    ("Unclosed inline table", "a brace } is missing"),
    ("Cannot overwrite a value", "a key is there twice"),
    ("Cannot declare", "a table is there twice"),
    ("Expected '='", "after a key comes ="),
    ("Expected ']", "the bracket ] after a table's name is missing"),
    ("Unescaped", "a backslash is written twice, or the text in single quotation marks"),
)
"""Our words, by the beginning of the message of `tomllib`."""


def words_of(message: str) -> str:
    """Return what is wrong, by the *message* of `tomllib`, after a colon; empty if nothing more is known."""
    return next((f": {words}" for beginning, words in _WORDS if message.startswith(beginning)), "")


def line_of(message: str, text: str) -> int:
    """Return the line of *text* that the *message* of `tomllib` names, from 1; 0 if it names none."""
    if position := _POSITION.search(message):
        return int(position[1])
    return text.rstrip().count("\n") + 1 if "(at end of document)" in message else 0
