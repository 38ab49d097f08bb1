"""Instants and durations as text. Arguments are in microseconds; times are in UTC."""

from datetime import datetime

from worker.domain.instants import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Duration, Instant, moment_of

LATEST: Instant = 253_402_300_799 * SECOND
"""The last second of Python's calendar, in the year 9999. A later instant is shown as this one."""


def moment(at: Instant) -> str:
    """Return an instant for people, to the second."""
    return f"{_datetime(at):%Y-%m-%d %H:%M:%S} UTC"


def iso(at: Instant | None) -> str | None:
    """Return an instant for programs: RFC 3339, to the microsecond; None stays None."""
    return None if at is None else _datetime(at).isoformat(timespec="microseconds").replace("+00:00", "Z")


def span(duration: Duration) -> str:
    """Return a duration in its two largest units: `80 ms`, `4 min`, `2 h 5 min`, `3 d 4 h`."""
    size = abs(duration)
    if size < SECOND:
        return f"{size // MILLISECOND} ms"
    if size < MINUTE:
        return f"{size // SECOND} s"
    if size < HOUR:
        return f"{size // MINUTE} min"
    large, small, words = (HOUR, MINUTE, ("h", "min")) if size < DAY else (DAY, HOUR, ("d", "h"))
    rest = size % large // small
    return f"{size // large} {words[0]}" + (f" {rest} {words[1]}" if rest else "")


def ago(at: Instant, now: Instant) -> str:
    """Return how far an instant is from *now*: `4 min ago`, `in 2 h`, `just now`."""
    if abs(now - at) < SECOND:
        return "just now"
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def when(at: Instant, now: Instant) -> str:
    """Return an instant and how far it is from *now*: `2026-01-25 11:58:00 UTC (2 min ago)`."""
    return f"{moment(at)} ({ago(at, now)})"


def _datetime(at: Instant) -> datetime:
    return moment_of(min(max(at, 0), LATEST))
