"""Composes the body of a write (source: Cekat's API reference, "Update Order"). An update leaves other fields alone."""

from collections.abc import Sequence

from worker.domain.instants import moment_of
from worker.domain.orders import Reading
from worker.domain.results import Step
from worker.domain.stages import Stage
from worker.order_api.cekat.vocabulary import METADATA_KEY, STATUSES
from worker.order_api.notes import add_tracking
from worker.ports import Update


def compose(step: Step, reading: Reading, *, with_note: bool) -> Update:
    """Return the fields that ask for *step*. *reading* is the order as it was just read.

    *with_note*: add our line to its notes.
    An update never sets `paid`: we do not decide about payments. Completion is recorded in our metadata, in the same
    update as the delivery if it follows at once.
    """
    update: dict[str, object] = {}
    if step.stage in STATUSES.status_of:
        update["status"] = STATUSES.status_of[step.stage]
    if step.stage in {Stage.DELIVERED, Stage.COMPLETED}:
        stage = Stage.COMPLETED if step.completes else step.stage
        update["metadata"] = {METADATA_KEY: {"stage": stage, "at": moment_of(step.evidence_at).isoformat()}}
    fields, parcels = _tracking_fields(step.tracking, reading)
    notes = add_tracking(reading.notes, parcels) if with_note else None
    return update | fields | ({} if notes is None else {"notes": notes})


def records_completion(update: Update) -> bool:
    """Tell whether *update* records that the order is completed."""
    metadata = update.get("metadata")
    ours = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    return isinstance(ours, dict) and ours.get("stage") == Stage.COMPLETED


def _tracking_fields(
    parcels: Sequence[tuple[str, str]], reading: Reading
) -> tuple[dict[str, object], Sequence[tuple[str, str]]]:
    """Return the order's two tracking fields to set, and the parcels that must go into its notes.

    The fields hold one parcel, and keep the parcel that they have. If the platform did not show the fields, they may
    have a parcel, so nothing is set.
    """
    if not parcels or reading.tracking is None:
        return {}, parcels
    number = reading.tracking or parcels[0][0]
    url = next((url for parcel, url in parcels if parcel == number), "")
    fields: dict[str, object] = {} if reading.tracking else {"tracking_number": number}
    if url and not reading.tracking_url:
        fields["tracking_url"] = url
    return fields, [parcel for parcel in parcels if parcel[0] != number]
