"""Looks again and again, for commands that show what happens: until Ctrl-C, and also while the database is away."""

from collections.abc import Callable, Iterator
from time import sleep
from typing import TypeVar

from worker.domain.errors import StoreUnavailable
from worker.processes.exits import print_error

T = TypeVar("T")


def look_again(read: Callable[[], T], pause_seconds: Callable[[], float]) -> Iterator[T]:
    """Yield what *read* returns, again and again, with a pause of so many seconds between two looks.

    The first look raises `StoreUnavailable`; later, a line on stderr says so once, and the next look may succeed.
    """
    yield read()
    is_away = False
    while True:
        sleep(pause_seconds())
        try:
            result = read()
        except StoreUnavailable as error:
            if not is_away:
                print_error(f"{error}; it is asked again")
            is_away = True
            continue
        is_away = False
        yield result
