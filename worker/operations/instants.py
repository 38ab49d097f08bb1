"""Instants and durations in words. Everything here is in microseconds and UTC."""

from datetime import datetime

from worker.domain.instants import DAY, HOUR, MILLISECOND, MINUTE, SECOND, moment_of

LAST = 253_402_300_799 * SECOND
"""The last second of the year 9999: no calendar of Python goes further."""


def moment(at: int) -> str:
    """Return an instant as people read it, to the second."""
    return f"{_datetime(at):%Y-%m-%d %H:%M:%S} UTC"


def iso(at: int | None) -> str | None:
    """Return an instant as programs read it: RFC 3339, to the microsecond; None stays None."""
    return None if at is None else _datetime(at).isoformat(timespec="microseconds").replace("+00:00", "Z")


def span(duration: int) -> str:
    """Return a duration in its two largest units: `80 ms`, `4 min`, `2 h 5 min`, `3 d 4 h`."""
    size = abs(duration)
    if size < SECOND:
        return f"{size // MILLISECOND} ms"
    if size < MINUTE:
        return f"{size // SECOND} s"
    if size < HOUR:
        return f"{size // MINUTE} min"
    big, small, words = (HOUR, MINUTE, ("h", "min")) if size < DAY else (DAY, HOUR, ("d", "h"))
    rest = size % big // small
    return f"{size // big} {words[0]}" + (f" {rest} {words[1]}" if rest else "")


def ago(at: int, now: int) -> str:
    """Return how far an instant lies from *now*: `4 min ago`, `in 2 h`, `just now`."""
    if abs(now - at) < SECOND:
        return "just now"
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def when(at: int, now: int) -> str:
    """Return an instant and how far away it is."""
    return f"{moment(at)} ({ago(at, now)})"


def _datetime(at: int) -> datetime:
    return moment_of(min(max(at, 0), LAST))
