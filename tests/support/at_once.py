"""One call in several threads at the same time."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")
HANG_SECONDS = 60
"""A thread that has not begun by then will never begin."""


def at_once(work: Callable[[A], R], arguments: Collection[A], once_begun: Callable[[], None] | None = None) -> list[R]:
    """Call *work* with each of *arguments*, in threads that begin together. Returns the results in their order.

    *once_begun* is called once, when all threads have begun.
    """
    start = Barrier(len(arguments), once_begun, HANG_SECONDS)

    def begin(argument: A) -> R:
        start.wait()
        return work(argument)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(begin, arguments))
