"""Refused requests, by what was wrong. Their number is bounded, because strangers choose their paths."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from worker.domain.instants import DAY, Duration, Instant
from worker.domain.reasons import RefusalReason
from worker.domain.text import clean_text

MAX_PATHS = 20
"""How many paths that name no source are told apart. All others are counted together."""
MAX_PATH = 80
"""Characters of a path that are kept."""
KEPT_FOR: Duration = DAY
"""A path to which nothing was sent for so long may lose its place to another one."""


class Refusal(NamedTuple):
    """What was refused: requests to *source*, or to a *path* that names no source. One of the two is empty."""

    source: str
    path: str
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How often something was refused, and when it last was. *reason* may be a word of a newer version."""

    source: str
    path: str
    reason: str
    count: int
    last_at: Instant


def unknown_path(path: str) -> Refusal:
    """Return the refusal of a request to *path*, which names no source."""
    return Refusal("", clean_text(path, MAX_PATH), RefusalReason.UNKNOWN_PATH)


def within_bounds(new: Mapping[Refusal, int], present: Collection[str]) -> dict[Refusal, int]:
    """Return *new* counts with at most `MAX_PATHS` paths, with those *present*. The rest is counted without a path."""
    paths, bounded = set(present), dict[Refusal, int]()
    for refusal, count in new.items():
        if refusal.path and len(paths) < MAX_PATHS:
            paths.add(refusal.path)
        known = refusal if not refusal.path or refusal.path in paths else refusal._replace(path="")
        bounded[known] = bounded.get(known, 0) + count
    return bounded
