"""What a step sends (Cekat API reference, "Update Order"). An update is partial: what is others' is not named."""

from worker.domain.instants import moment_of
from worker.domain.orders import Reading
from worker.domain.results import Step
from worker.domain.stages import Stage
from worker.order_api.cekat.vocabulary import NAMESPACE, STATUSES
from worker.order_api.notes import annotated
from worker.ports import Update


def compose(step: Step, reading: Reading, *, noted: bool) -> Update:
    """Return the fields that ask for *step* of the order as it was read just now; *noted* adds our line to its notes.

    `paid` is never asked for: that would be a claim. Completion is recorded in our metadata, with the delivery where
    it follows at once.
    """
    update: dict[str, object] = {}
    if step.stage in STATUSES.asks:
        update["status"] = STATUSES.asks[step.stage]
    if step.stage in {Stage.DELIVERED, Stage.COMPLETED}:
        stage = Stage.COMPLETED if step.completes else step.stage
        update["metadata"] = {NAMESPACE: {"stage": stage, "at": moment_of(step.evidence_at).isoformat()}}
    native, others = _apart(step.tracking, reading)
    update |= native
    notes = annotated(reading.notes, others) if noted else None
    return update if notes is None else update | {"notes": notes}


def _apart(
    parcels: tuple[tuple[str, str], ...], reading: Reading
) -> tuple[dict[str, object], tuple[tuple[str, str], ...]]:
    """Return what the order's own fields for tracking lack, and the parcels for which there is no room in them.

    They hold one parcel. One that is there stays there, whoever has written it; what was not shown may be there.
    """
    if not parcels or reading.tracking is None:
        return {}, parcels
    held = reading.tracking or parcels[0][0]
    url = next((url for number, url in parcels if number == held), "")
    lacking: dict[str, object] = {} if reading.tracking else {"tracking_number": held}
    if url and not reading.tracking_url:
        lacking["tracking_url"] = url
    return lacking, tuple(parcel for parcel in parcels if parcel[0] != held)
