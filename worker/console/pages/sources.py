"""The sources of webhooks, with their trust, their silence and what could not be used; and one source in full."""

from functools import partial

from flask import Flask, abort, render_template

from worker.application.sources import looks, overview, telling
from worker.application.sources.renaming import can_carry
from worker.console.parts import Parts
from worker.console.presentation.traffic import OUTCOMES, traffic_chart
from worker.domain.reasons import DeliveryOutcome, QuarantineReason, RefusalReason
from worker.operations.phrases import meaning_of

MAX_WORDS = 200
"""Status words of one event that a page shows."""


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the pages to *app*."""
    context = parts.context

    def sources() -> str:
        look = parts.figures.look()
        found = looks.source_looks(context, look)
        unknown = sum(outcomes[DeliveryOutcome.UNKNOWN_SOURCE] for outcomes in look.counted.values())
        return render_template("sources.html", now=look.now, sources=found, unknown=unknown, stored=OUTCOMES)

    def source(source: str) -> str:
        look = parts.figures.look()
        found = next((each for each in looks.source_looks(context, look) if each.row.name == source), None)
        if found is None:
            abort(404)
        shown = overview.shown(source, context.settings.sources)
        zone = context.settings.sources[source].timezone
        return render_template(
            "source.html",
            now=look.now,
            source=found,
            shown=shown,
            can_carry=can_carry(context, source),
            zone=zone,
            chart=traffic_chart(look.traffic, zone, source) if look.traffic else None,
            to_tell=telling.to_tell(shown),
            secrets=telling.secrets_of(shown),
            options=telling.options_of(shown),
            facts=telling.settings_of(shown),
            max_words=MAX_WORDS,
            meaning_of_quarantine=partial(meaning_of, QuarantineReason),
            meaning_of_refusal=partial(meaning_of, RefusalReason),
        )

    app.add_url_rule("/sources", view_func=sources, methods=["GET"])
    app.add_url_rule("/sources/<source>", view_func=source, methods=["GET"])
