"""How our processes end: by an exit code, and by a message on stderr when they could not do their work.

The codes are contract. After 3, and after no other code, gunicorn does not start an application again and again.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from worker.domain.errors import FulfillmentError
from worker.domain.text import clean_text

WELL, NEEDS_A_PERSON, WRONG_USE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
"""Wrong settings are wrong use. `INTERRUPTED` is what shells use for Ctrl-C."""
MAX_SENTENCE = 1000
"""Characters of one line that are printed."""
MAX_LINES = 25


def print_error(text: str) -> None:
    """Write *text* to stderr, without control characters and of bounded length.

    It is one line, unless each line of *text* is a sentence: each mistake in the settings is a line.
    """
    if not sys.stderr:  # the caller may have closed it; `print` would then write to stdout, which a program may read
        return
    lines = text.split("\n")
    for line in lines[:MAX_LINES] if all(line.endswith((".", "?")) for line in lines) else [text]:
        print(f"fulfillment: {clean_text(line, MAX_SENTENCE)}", file=sys.stderr)  # noqa: T201 - there may be no logs yet


@contextmanager
def exit_on_error(code: int) -> Iterator[None]:
    """End the process with *code* and a message when the block raises an error that we name.

    It is for servers that are not ours: they would show a traceback, or go on.
    """
    try:
        yield
    except FulfillmentError as error:
        print_error(str(error))
        sys.exit(code)
