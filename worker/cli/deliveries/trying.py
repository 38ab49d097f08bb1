"""Tries a profile with the body of a stored delivery. Nothing is changed."""

from webhook_receiver.profiles.trial.steps import Trial
from webhook_receiver.wiring import sources_of
from worker.application.sources.chosen import choose_from
from worker.cli.sources.trying import try_stored
from worker.domain.errors import IllegalRequest
from worker.settings import Settings
from worker.store.queries.deliveries import DeliveryDetails


def try_delivery(settings: Settings, delivery: DeliveryDetails, name: str) -> Trial:
    """Return the trial of *delivery* with the source or the profile *name*; empty: with the delivery's own source.

    A profile is tried by the rules of the delivery's source, if the settings still have it. Raises `IllegalRequest`
    when the body was not kept or the source has gone, and `SettingsError` for a wrong profile.
    """
    row, body = delivery.row, delivery.body
    if body is None:
        raise IllegalRequest(f"the body of delivery {row.id} was not kept: its outcome is {row.outcome}")
    if not name and row.source not in settings.sources:
        raise IllegalRequest(f"the settings have no source {row.source} any more: name a profile with --profile")
    chosen = choose_from(settings, name or row.source)
    return try_stored(chosen, sources_of(settings).get(row.source), body, row.received_at)
