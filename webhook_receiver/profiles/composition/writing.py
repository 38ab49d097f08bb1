"""Writes the fields of one event into a new document, where a profile reads them. It is the reverse of `reading`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from webhook_receiver.profiles.composition.drafts import Unsettable, with_first, with_value
from webhook_receiver.profiles.engine.documents import Interest
from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.statuses import StatusTable
from webhook_receiver.profiles.engine.times import PARTS_JOINED_BY
from webhook_receiver.profiles.schema.model import ProfileFile, StatusTableFile
from webhook_receiver.sources import Source
from worker.domain.events import EventName


class NewEvent(NamedTuple):
    """What a delivery must say. *order*, *number* and *tracking* name the order. What is empty or None is left out.

    Without *occurred_at*, it happens when it is signed.
    """

    name: EventName
    id: str = ""
    occurred_at: datetime | None = None
    order: str | int = ""
    number: str = ""
    tracking: str = ""
    tracking_url: str = ""
    note: str = ""
    parcels: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document is made of: *position* is that of its only element, and *nonce* a new text for an id."""

    profile: ProfileFile
    source: Source
    status: StatusTableFile
    statuses: StatusTable
    interest: Interest
    position: Position
    event: NewEvent
    nonce: str
    now: datetime


def write(plan: Plan, cells: Sequence[str]) -> object:
    """Return a document with the status texts *cells* and the fields of the event. Raises `Unsettable`."""
    read, document = plan.profile.read, None
    for path, text in zip(plan.status.from_, cells, strict=True):
        document = with_value(document, path, text) if text else document
    for paths, value in _fields(plan):
        document = with_first(document, paths, value)
    for path, value in _time(plan, cells[0]).items():
        document = with_value(document, path, value)
    if read.key and not read.id and all(path.value(document, plan.position) is None for path in read.key):
        document = with_first(document, read.key, plan.nonce)
    each = plan.profile.document.each
    return with_value(document, each, {}) if each and each.value(document, plan.position) is None else document


def _fields(plan: Plan) -> Iterator[tuple[Sequence[Path], object]]:
    """Yield the paths of each field with its value. Raises `Unsettable` for a field that the profile does not read."""
    read, source, event = plan.profile.read, plan.source, plan.event
    by_id = source.reference == "id"
    if event.order and not read.order and not by_id:
        raise Unsettable("reads no order id: name the order by its number, or by a tracking number")
    if event.number and by_id:
        raise Unsettable("reads the order's id as its reference: name the order by its id")
    reference = str(event.order) if by_id and not read.order else event.number
    for name, paths, value in (
        ("event id", read.id, event.id or (plan.nonce if read.id else "")),
        ("order id", read.order, event.order if read.order else ""),
        ("order number", read.number, f"{source.number_prefix}{reference}" if reference else ""),
        ("tracking number", read.tracking, event.tracking),
        ("tracking URL", read.tracking_url, event.tracking_url),
        ("note", read.note, event.note),
        ("number of parcels", read.parcels, event.parcels),
    ):
        if value and not paths:
            raise Unsettable(f"reads no {name}")
        if value:
            yield paths, value


def _time(plan: Plan, first_cell: str) -> Mapping[Path, object]:
    """Return the value of each field that the time is read from."""
    read, moment = plan.profile.read, plan.event.occurred_at or plan.now
    if first_cell in read.time_of:
        return {read.time_of[first_cell][0]: _written(plan, moment)}
    if read.time_parts:
        parts = _parts(str(_written(plan, moment)), len(read.time_parts))
        return dict(zip(read.time_parts, parts, strict=True))
    if plan.event.occurred_at and not read.time:
        raise Unsettable("reads no time")
    return {read.time[0]: _written(plan, moment)} if read.time else {}


def _written(plan: Plan, moment: datetime) -> str | int:
    """Return *moment* in the first format of the profile."""
    name = plan.profile.read.times[0]
    match name:
        case "iso":
            separator = PARTS_JOINED_BY if plan.profile.read.time_parts else "T"
            return moment.astimezone(UTC).isoformat(separator).replace("+00:00", "Z")
        case "unix":
            return int(moment.timestamp())
        case "unix_ms":
            return int(moment.timestamp() * 1000)
    return moment.astimezone(plan.profile.zone or plan.source.zone).strftime(name)


def _parts(text: str, count: int) -> list[str]:
    """Return *text* in *count* parts, as they are joined when they are read."""
    parts = text.rsplit(PARTS_JOINED_BY, count - 1)
    if len(parts) != count:
        raise Unsettable(f"reads the time from {count} fields, and its first format has fewer parts")
    return parts
