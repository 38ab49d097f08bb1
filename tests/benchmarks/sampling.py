"""Where the processor time of the main thread goes, by area and by library: a sample each 4 ms of processor time.

A profiler that looks at every call would make what consists of many calls look dearer than it is.
"""

import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from tests.support.programs import ROOT

INTERVAL_SECONDS = 0.004
"""The kernel's clock is not finer."""
REST = "the rest"
LEAST_SHARE = 0.02
"""Parts with less than this share of the whole are not shown."""
_PACKAGES = "/site-packages/"
_STANDARD = f"/python{sys.version_info.major}.{sys.version_info.minor}/"
_SHOWN = {"json", "hmac", "ssl", "socket", "email", "sqlite3"}
"""Parts of the standard library that are shown; others count as part of their caller."""


@dataclass(slots=True)
class Samples:
    """How often each part was found at work. *areas* are titles by folder: the first whose folder is on the stack."""

    areas: Mapping[str, str]
    count: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: float = 0.0

    def note(self, frame: FrameType | None) -> None:
        """Count one sample, for the innermost part that has a name."""
        paths = []
        while frame is not None:
            paths.append(frame.f_code.co_filename)
            frame = frame.f_back
        folders = (folder for folder in self.areas if any(path.startswith(f"{ROOT}/{folder}") for path in paths))
        area = self.areas.get(next(folders, ""), REST)
        self.count[area, next(filter(None, map(_part, paths)), REST)] += 1

    def table(self, items: int, unit: str) -> Iterator[str]:
        """Yield lines with the milliseconds of each area for one of *items*, and of the parts within it."""
        each, whole = 1000 * self.seconds / items, self.count.total()
        by_area: dict[str, Counter[str]] = {}
        for (area, part), n in self.count.items():
            by_area.setdefault(area, Counter())[part] += n
        yield f"{each:.3f} ms {unit}, of it"
        for area, parts in sorted(by_area.items(), key=lambda item: item[1].total(), reverse=True):
            yield _line(f"  {area}", parts.total(), whole, each)
            shown = Counter({part: n for part, n in parts.items() if n >= LEAST_SHARE * whole})
            if len(by_area) > 1 or len(shown) > 1:
                yield from (_line(f"      {part}", n, whole, each) for part, n in shown.most_common())


def _line(what: str, samples: int, whole: int, each: float) -> str:
    return f"{what:<34}{each * samples / whole:7.3f} {samples / whole:5.0%}"


def _part(path: str) -> str:
    """Return which library or package of ours a frame belongs to; nothing if its caller says more."""
    if path == __file__:
        return "SQLite"
    if _PACKAGES in path:
        return path.rpartition(_PACKAGES)[2].split("/")[0].removesuffix(".py")
    for ours in ("webhook_receiver/", "worker/"):
        if path.startswith(f"{ROOT}/{ours}"):
            return "/".join(path.removeprefix(f"{ROOT}/").split("/")[:2]).removesuffix(".py")
    standard = path.rpartition(_STANDARD)[2].split("/")[0].removesuffix(".py") if _STANDARD in path else ""
    return standard if standard in _SHOWN else ""


@contextmanager
def sampled(areas: Mapping[str, str]) -> Iterator[Samples]:
    """Take samples of the main thread for the length of the block, with these *areas*: titles by folder of ours."""
    samples = Samples(areas)
    before = signal.signal(signal.SIGPROF, lambda _, frame: samples.note(frame))
    began = time.thread_time()
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        samples.seconds = time.thread_time() - began
        signal.signal(signal.SIGPROF, before)


# -------------------------------------------------------------------------------------------------------------- SQLite


class _Cursor(sqlite3.Cursor):
    """A cursor whose own work happens in frames of this file, so that it is told apart from its caller's."""

    def execute(self, *arguments: Any) -> Any:
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        return super().executemany(*arguments)

    def fetchone(self) -> Any:
        return super().fetchone()

    def fetchall(self) -> Any:
        return super().fetchall()


class _Connection(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:
        return super().cursor(_Cursor)

    def execute(self, *arguments: Any) -> Any:
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        return super().executemany(*arguments)

    def commit(self) -> None:
        super().commit()


@contextmanager
def sqlite_in_frames() -> Iterator[None]:
    """Open all SQLite connections so that samples show SQLite's own work, for the length of the block."""
    connect: Any = sqlite3.dbapi2.connect

    def connect_in_frames(*arguments: Any, **options: Any) -> Any:
        return connect(*arguments, **({"factory": _Connection} | options))

    sqlite3.connect = sqlite3.dbapi2.connect = connect_in_frames
    try:
        yield
    finally:
        sqlite3.connect = sqlite3.dbapi2.connect = connect
