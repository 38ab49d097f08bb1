"""Tries a profile with the body of a stored delivery. Nothing is changed."""

from webhook_receiver.profiles.trial.steps import Trial
from webhook_receiver.wiring import sources_of
from worker.cli.sources.trying import find_profile, try_stored
from worker.domain.errors import IllegalRequest
from worker.settings import Settings
from worker.store.queries.deliveries import DeliveryDetails


def try_delivery(settings: Settings, delivery: DeliveryDetails, profile: str) -> Trial:
    """Return the trial of *delivery* with *profile*, by the rules of its source, if the settings still have it.

    Raises `IllegalRequest` when the body was not kept, and `SettingsError` for a wrong profile.
    """
    row, body = delivery.row, delivery.body
    if body is None:
        raise IllegalRequest(f"the body of delivery {row.id} was not kept: its outcome is {row.outcome}")
    return try_stored(find_profile(profile), sources_of(settings).get(row.source), body, row.received_at)
