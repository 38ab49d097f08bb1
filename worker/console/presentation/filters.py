"""The filters and functions of the templates, by the names that templates use."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from flask import Flask

from worker.console.presentation.instants import UTC, Instants
from worker.console.presentation.texts import advice_html, number_text, outside_html
from worker.operations.instants import ago, iso, span
from worker.settings import AccountSettings


def add_filters(app: Flask, accounts: Mapping[str, AccountSettings]) -> None:
    """Add all filters to *app*. Times of an account are shown in its zone; *accounts* are those of the settings.

    {{ at | instant(zone_of(account), now) }}   a `<time>`: how far from now; the local time and UTC, smaller
    since {{ at | instant_in_sentence(zone, now) }}   the same, to go on after a word
    {{ text | outside }}                        a text from outside, cleaned, in a `<bdi>`
    {{ count | number }} {{ duration | span }} {{ at | ago(now) }} {{ at | iso }}
    {{ sentence | advice }}                     a sentence of ours, its commands as code
    """
    zones = {name: account.timezone for name, account in accounts.items()}
    instants = Instants(common_zone(zones))
    app.jinja_env.filters |= {
        "instant": instants.html,
        "instant_in_sentence": instants.html_in_sentence,
        "outside": outside_html,
        "number": number_text,
        "span": span,
        "ago": ago,
        "iso": iso,
        "advice": advice_html,
    }
    app.jinja_env.globals |= {
        "zone_of": lambda account: zones.get(account, UTC),
        "common_zone": instants.page_zone,
        "has_many_zones": len(set(zones.values())) > 1,
    }


def common_zone(zones: Mapping[str, ZoneInfo]) -> ZoneInfo:
    """Return the zone of all accounts, for what belongs to none of them; UTC if they have several, or there is none."""
    distinct: Collection[ZoneInfo] = set(zones.values())
    return next(iter(distinct)) if len(distinct) == 1 else UTC
