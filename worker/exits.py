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


def complain(sentence: str) -> None:
    """Write *sentence* to stderr, on one clean line of bounded length."""
    if sys.stderr:  # a caller may have closed it, and print would take stdout instead, among what a program reads
        line = f"fulfillment: {clean_text(sentence, MAX_SENTENCE)}"
        print(line, file=sys.stderr)  # noqa: T201 - there may be no logs yet


@contextmanager
def refusing(code: int) -> Iterator[None]:
    """End the process with *code* and one sentence where the block raises an error that we name.

    For servers that are not ours, and would show a traceback or go on.
    """
    try:
        yield
    except FulfillmentError as error:
        complain(str(error))
        sys.exit(code)
