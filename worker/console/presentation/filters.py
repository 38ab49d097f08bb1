"""The filters and functions of the templates, by the names that templates use."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from flask import Flask

from worker.console.presentation.instants import UTC, instant_html, local_text
from worker.console.presentation.texts import advice_html, number_text, outside_html
from worker.operations.instants import ago, iso, span
from worker.settings import AccountSettings


def add_filters(app: Flask, accounts: Mapping[str, AccountSettings]) -> None:
    """Add all filters to *app*. Times of an account are shown in its zone; *accounts* are those of the settings.

    {{ at | instant(zone_of(account), now) }}   a `<time>`: how far from now, local time, UTC beside it
    {{ text | outside }}                        a text from outside, cleaned, in a `<bdi>`
    {{ count | number }} {{ duration | span }} {{ at | ago(now) }} {{ at | iso }} {{ at | local(zone) }}
    {{ sentence | advice }}                     a sentence of ours, its commands as code
    """
    app.jinja_env.filters |= {
        "instant": instant_html,
        "outside": outside_html,
        "number": number_text,
        "span": span,
        "ago": ago,
        "iso": iso,
        "local": local_text,
        "advice": advice_html,
    }
    zones = {name: account.timezone for name, account in accounts.items()}
    app.jinja_env.globals |= {"zone_of": lambda account: zones.get(account, UTC), "common_zone": common_zone(zones)}


def common_zone(zones: Mapping[str, ZoneInfo]) -> ZoneInfo:
    """Return the zone of all accounts, for what belongs to none of them; UTC if they have several, or there is none."""
    distinct: Collection[ZoneInfo] = set(zones.values())
    return next(iter(distinct)) if len(distinct) == 1 else UTC
