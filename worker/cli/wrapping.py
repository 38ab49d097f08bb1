"""Breaks the lines of sentences for people, but never within a command: what is copied from them runs as it stands."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

from worker.operations.phrases import split_command

_UNBROKEN = re.compile(r"[^\s`]*`[^`]*`\S*|\S+")
"""A word, or a command in backticks with the signs around it."""


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield the lines of *text*, none wider than *width* columns, except those with one longer word or command.

    A command at the end, without backticks, has a line of its own.
    """
    sentence, command = split_command(text)
    line = ""
    for word in _UNBROKEN.findall(sentence):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line
    if command:
        yield command
