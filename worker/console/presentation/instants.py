"""Instants on pages: in the zone of their account, with UTC beside it, and how far they are from now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from worker.domain.instants import Instant, moment_of
from worker.operations.instants import LATEST, ago, iso

UTC = ZoneInfo("UTC")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NONE = Markup('<span class="none">–</span>')
"""Stands where there is no value."""


def local_text(at: Instant, zone: ZoneInfo = UTC) -> str:
    """Return *at* in *zone*: `28 Nov 2026 23:15:09 Asia/Riyadh`."""
    moment = _in_zone(at, zone)
    return f"{_day(moment)} {moment:%H:%M:%S} {zone.key}"


def utc_text(at: Instant, zone: ZoneInfo) -> str:
    """Return the time of *at* in UTC, with its day where it is another one than in *zone*; empty if *zone* is UTC."""
    if zone.key == UTC.key:
        return ""
    moment, local = _in_zone(at, UTC), _in_zone(at, zone)
    day = "" if moment.date() == local.date() else f"{_day(moment)} "
    return f"{day}{moment:%H:%M:%S} UTC"


def clock_text(at: Instant, zone: ZoneInfo = UTC) -> str:
    """Return the hour and the minute of *at* in *zone*: `23:15`."""
    return f"{_in_zone(at, zone):%H:%M}"


def instant_html(at: Instant | None, zone: ZoneInfo = UTC, now: Instant | None = None) -> Markup:
    """Return *at* as a `<time>` element: how far it is from *now*, its time in *zone*, and in UTC beside it."""
    if at is None:
        return NONE
    far = Markup('<span class="ago">{},</span> ').format(ago(at, now)) if now is not None else ""
    beside = utc_text(at, zone)
    utc = Markup(' <span class="utc">{}</span>').format(beside) if beside else ""
    element = Markup('<time datetime="{}">{}<span class="local">{}</span>{}</time>')
    return element.format(iso(at), far, local_text(at, zone), utc)


def _in_zone(at: Instant, zone: ZoneInfo) -> datetime:
    return moment_of(min(max(at, 0), LATEST)).astimezone(zone)


def _day(moment: datetime) -> str:
    # The names of months do not depend on the locale of the process.
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
