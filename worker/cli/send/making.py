"""Makes the request that reports a test event: in our open format, or by the profile of a courier."""

import json
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex

from webhook_receiver.profiles.composition.compose import compose, events_of
from webhook_receiver.profiles.composition.writing import NewEvent
from webhook_receiver.profiles.engine.statuses import INFO, meaning_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventName
from worker.domain.signing import SIGNATURE_METHOD, SignedRequest, signed_headers, split_target

INTEGER = re.compile("[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class EventOptions:
    """The options of the command that describe the event. An empty text, or None, is left out."""

    event: str
    event_id: str
    timestamp: str
    order: str
    number: str
    tracking: str
    tracking_url: str
    parcels: int | None
    note: str

    @property
    def order_id(self) -> str | int:
        """The order's id as JSON has it."""
        return int(self.order) if INTEGER.fullmatch(self.order) else self.order

    @property
    def order_name(self) -> str:
        """The order's name, as commands take it: its id, else `number:…`, else `tracking:…`."""
        return self.order or (f"number:{self.number}" if self.number else f"tracking:{self.tracking}")


def make_request(source: Source, options: EventOptions, target: bytes, *, is_public: bool) -> Request:
    """Return the authentic request to *target*. With *is_public*, *target* is the path that the sender sees.

    Raises `IllegalRequest` when the profile of *source* cannot say this event.
    """
    sender = replace(source, public_prefix="") if is_public else source
    now = int(time.time())
    if isinstance(source.profile, ProfileFile):
        return compose(sender, _event(sender, options), target, now, f"test-{token_hex(8)}")
    body = json.dumps(_open_document(options, now)).encode()
    path, query = split_target(target)
    signed = SignedRequest(b"POST", sender.public_prefix.encode() + path, query, f"{now:010d}".encode(), body)
    headers = signed_headers(sender.secrets[SIGNATURE_METHOD][0], signed, sender.signed_parts)
    return Request("POST", target, {"Content-Type": "application/json", **headers}, body)


def _event(source: Source, options: EventOptions) -> NewEvent:
    return NewEvent(
        _name(source, options.event),
        options.event_id,
        _moment(source, options.timestamp) if options.timestamp else None,
        options.order_id,
        options.number,
        options.tracking,
        options.tracking_url,
        options.note,
        options.parcels,
    )


def _name(source: Source, text: str) -> EventName:
    try:
        meaning = meaning_of(text)
    except ValueError:
        meaning = INFO
    if meaning == INFO:
        events = ", ".join(events_of(source)) or "no events"
        raise IllegalRequest(f"--event must be an event that the profile of {source.name} has: {events}")
    return EventName(meaning)


def _moment(source: Source, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=source.zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise IllegalRequest("--timestamp must be a time in ISO 8601, such as 2026-11-27T20:00:00Z") from error


def _open_document(options: EventOptions, now: int) -> dict[str, object]:
    data = {
        "order_id": options.order_id,
        "order_number": options.number,
        "tracking_number": options.tracking,
        "tracking_url": options.tracking_url,
        "parcels": options.parcels,
        "note": options.note,
    }
    return {
        "id": options.event_id or f"test-{token_hex(8)}",
        "event": options.event,
        "timestamp": options.timestamp or f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": {name: value for name, value in data.items() if value},
    }
