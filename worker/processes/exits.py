"""How a process of the program ends: its exit code, and the message on stderr if it could not do its work.

The codes are contract. Code 3 is also the only one after which gunicorn does not start an application again and again.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from worker.domain.errors import FulfillmentError
from worker.domain.text import clean_text

WELL = 0
NEEDS_A_PERSON = 1
WRONG_USE = 2
"""Wrong options, or wrong settings."""
UNREACHABLE = 3
INTERRUPTED = 130
"""The code that shells use after Ctrl-C."""

MAX_SENTENCE = 1000
"""Characters of one line that are printed."""
MAX_LINES = 25


def print_error(text: str) -> None:
    """Write *text* to stderr, without control characters and of bounded length.

    If each line of *text* is a sentence, like a mistake in the settings, each is printed on its own line. Any other
    *text* becomes one line.
    """
    if not sys.stderr:  # the caller may have closed it; `print` would then write to stdout, which a program may read
        return
    lines = text.split("\n")
    are_sentences = all(line.endswith((".", "?")) for line in lines)
    for line in lines[:MAX_LINES] if are_sentences else [text]:
        print(f"fulfillment: {clean_text(line, MAX_SENTENCE)}", file=sys.stderr)  # noqa: T201 - there may be no logs yet


@contextmanager
def exit_on_error(code: int) -> Iterator[None]:
    """End the process with *code* and a message when the block raises an error that the program names.

    Celery and other servers need this, because they would print a traceback, or go on.
    """
    try:
        yield
    except FulfillmentError as error:
        print_error(str(error))
        sys.exit(code)
