"""How a process of ours ends, for shells and supervisors: an exit code, and one sentence where it could not begin.

The numbers are contract. 3 is also the one code after which gunicorn does not start an application again and again.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from worker.domain.errors import FulfillmentError
from worker.domain.text import clean_text

WELL, NEEDS_A_PERSON, WRONG_USE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
"""Wrong settings are wrong use; the last is the shells' own word for Ctrl-C."""
MAX_SENTENCE = 1000
MAX_LINES = 25


def print_error(text: str) -> None:
    """Write *text* to stderr, clean and of bounded length.

    It is one line, except where each line of *text* is a sentence: several mistakes in the settings are several lines.
    """
    if not sys.stderr:  # a caller may have closed it, and print would use stdout, where a program reads
        return
    lines = text.split("\n")
    for line in lines[:MAX_LINES] if all(line.endswith((".", "?")) for line in lines) else [text]:
        print(f"fulfillment: {clean_text(line, MAX_SENTENCE)}", file=sys.stderr)  # noqa: T201 - there may be no logs yet


@contextmanager
def exit_on_error(code: int) -> Iterator[None]:
    """End the process with *code* and one sentence where the block raises an error that we name.

    For servers that are not ours, and would show a traceback or go on.
    """
    try:
        yield
    except FulfillmentError as error:
        print_error(str(error))
        sys.exit(code)
