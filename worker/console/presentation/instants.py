"""Instants on pages: how far they are from now, in the zone of their account, with UTC beside it.

Each page names the zone that all accounts share, once. An instant in another zone has the difference to UTC beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from worker.domain.instants import Instant, moment_of
from worker.operations.instants import LATEST, ago, iso

UTC = ZoneInfo("UTC")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NONE = Markup('<span class="none">–</span>')
"""Stands where there is no value."""
_CELL, _SENTENCE = Markup("{far} {time}"), Markup("{time} ({far})")


def full_text(at: Instant, zone: ZoneInfo = UTC) -> str:
    """Return all of *at*: `28 Nov 2026 23:15:09 Asia/Riyadh, 28 Nov 2026 20:15:09 UTC`."""
    zones = dict.fromkeys((zone.key, UTC.key))
    moments = [(_in_zone(at, ZoneInfo(key)), key) for key in zones]
    return ", ".join(f"{_day(moment)} {moment.year} {moment:%H:%M:%S} {key}" for moment, key in moments)


def short_text(at: Instant, zone: ZoneInfo = UTC, now: Instant | None = None, page_zone: ZoneInfo = UTC) -> str:
    """Return *at* in *zone* and its time in UTC, for a page that names *page_zone*: `28 Nov 23:15:09 · 20:15:09 UTC`.

    The year is left out if it is that of *now*. Another zone than *page_zone* shows how far it is from UTC.
    """
    local, utc = _in_zone(at, zone), _in_zone(at, UTC)
    year = "" if now is not None and _in_zone(now, zone).year == local.year else f" {local.year}"
    text = f"{_day(local)}{year} {local:%H:%M:%S}"
    if zone.key == UTC.key:
        return f"{text} UTC"
    ahead = "" if zone.key == page_zone.key else f" {local:%z}"
    return f"{text}{ahead} · {utc:%H:%M:%S} UTC"


def clock_text(at: Instant, zone: ZoneInfo = UTC) -> str:
    """Return the hour and the minute of *at* in *zone*: `23:15`."""
    return f"{_in_zone(at, zone):%H:%M}"


@dataclass(frozen=True, slots=True)
class Instants:
    """Instants as `<time>` elements, on pages that name *page_zone*. The title of each has all of it."""

    page_zone: ZoneInfo = UTC

    def html(self, at: Instant | None, zone: ZoneInfo = UTC, now: Instant | None = None) -> Markup:
        """Return *at* for a cell or a fact: how far it is from *now*, and its time, which a page shows smaller."""
        return _element(at, zone, _CELL, now, self.page_zone)

    def html_in_sentence(self, at: Instant | None, zone: ZoneInfo = UTC, now: Instant | None = None) -> Markup:
        """Return *at* to go on after “since” or “until”: its time, and in brackets how far it is from *now*."""
        return _element(at, zone, _SENTENCE, now, self.page_zone)


def _element(at: Instant | None, zone: ZoneInfo, form: Markup, now: Instant | None, page_zone: ZoneInfo) -> Markup:
    if at is None:
        return NONE
    time = Markup('<span class="local">{}</span>').format(short_text(at, zone, now, page_zone))
    far = Markup('<span class="ago">{}</span>').format(ago(at, now)) if now is not None else None
    shown = time if far is None else form.format(far=far, time=time)
    element = Markup('<time datetime="{}" title="{}">{}</time>')
    return element.format(iso(at), full_text(at, zone), shown)


def _in_zone(at: Instant, zone: ZoneInfo) -> datetime:
    return moment_of(min(max(at, 0), LATEST)).astimezone(zone)


def _day(moment: datetime) -> str:
    # The names of months do not depend on the locale of the process.
    return f"{moment.day} {_MONTHS[moment.month - 1]}"
