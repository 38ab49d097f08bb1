"""One call in several threads at the same time."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def at_once(work: Callable[[A], R], arguments: Collection[A]) -> list[R]:
    """Call *work* with each of *arguments*, in threads that begin together. Returns the results in their order."""
    start = Barrier(len(arguments))

    def begin(argument: A) -> R:
        start.wait()
        return work(argument)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(begin, arguments))
