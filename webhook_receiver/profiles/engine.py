"""Reads a document by the profile of its source. A document that breaks a rule raises `Unusable`, and nothing else."""

import re
from collections.abc import Mapping
from datetime import datetime

from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, field_at, read_document
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import Instant, instant_of
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import QuarantineReason
from worker.domain.text import clean_text

MAX_ID, MAX_NUMBER, MAX_PARCELS = 150, 64, 1000
_URL = re.compile(r"https?://[^\s<>\"\\]{1,490}", re.IGNORECASE)


def read_events(source: Source, body: bytes, received_at: Instant) -> tuple[Event, ...]:
    """Return the events in *body*, which was received at *received_at*; none when they are of no interest.

    Raises `Unusable`. A malformed note or tracking URL is left out, because the event can be used without it.
    """
    try:
        document = read_document(body)
    except Malformed as error:
        raise Unusable(error.reason) from error
    if not isinstance(document, dict):
        raise Unusable(QuarantineReason.NOT_AN_OBJECT)
    sent_name = field_at(document, source.profile.event)
    if not isinstance(sent_name, str):
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, "the event has no name")
    if not source.profile.hints:
        return (_read_event(source, document, sent_name, received_at),)
    if sent_name.startswith(f"{source.profile.hints}."):
        return (_read_hint(source, document, sent_name, received_at),)
    return ()


def _read_hint(source: Source, document: Mapping[str, object], sent_name: str, received_at: Instant) -> Event:
    """Return a hint. Only the order's id is trusted; its other fields only distinguish it from other hints."""
    order = _order(source, document)
    timestamp = field_at(document, source.profile.timestamp)
    key = _key(source, document) or fingerprint(order, sent_name, timestamp)
    return Event(source.name, key, order, EventName.HINT, received_at, received_at)


def _read_event(source: Source, document: Mapping[str, object], sent_name: str, received_at: Instant) -> Event:
    profile = source.profile
    name = profile.names.get(sent_name)
    if name is None:
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, clean_text(sent_name))
    if name.partition(".")[0] not in source.allow:
        raise Unusable(QuarantineReason.NOT_ALLOWED, name)
    tracking = _number(field_at(document, profile.tracking), QuarantineReason.BAD_TRACKING)
    order = _order(source, document, tracking)
    timestamp = field_at(document, profile.timestamp)
    key = _key(source, document)
    if not key and timestamp is not None:
        key = fingerprint(order, tracking, sent_name, timestamp)
    if not key:
        raise Unusable(QuarantineReason.NO_KEY, "neither id nor timestamp")
    occurred_at = received_at if timestamp is None else _instant(timestamp, source)
    return Event(
        source.name,
        key,
        order,
        name,
        clamped(occurred_at, received_at),
        received_at,
        tracking=tracking,
        tracking_url=_url(field_at(document, profile.tracking_url)),
        parcels=_parcels(field_at(document, profile.parcels)),
        note=clean_text(note) if isinstance(note := field_at(document, profile.note), str) else "",
    )


def _order(source: Source, document: Mapping[str, object], tracking: str | None = None) -> OrderKey:
    """Return the key of the order: its id, else its number, else *tracking*. When that is None, only an id counts."""
    ids = [value for path in source.profile.orders if (value := field_at(document, path)) is not None]
    for value in ids:
        try:
            return OrderKey(source.account, source.read_order_id(value))
        except ValueError:
            continue
    if ids or tracking is None:
        raise Unusable(QuarantineReason.BAD_ORDER_ID if ids else QuarantineReason.NO_ORDER)
    number = _number(field_at(document, source.profile.number), QuarantineReason.BAD_ORDER_NUMBER)
    if not (number or tracking):
        raise Unusable(QuarantineReason.NO_ORDER)
    return OrderKey(source.account, str(Reference("number", number) if number else Reference("tracking", tracking)))


def _key(source: Source, document: Mapping[str, object]) -> str:
    return _short_text(field_at(document, source.profile.id), MAX_ID, QuarantineReason.BAD_ID)


def _number(value: object, reason: QuarantineReason) -> str:
    return _short_text(clean_text(value) if isinstance(value, str) else value, MAX_NUMBER, reason)


def _short_text(value: object, limit: int, reason: QuarantineReason) -> str:
    """Return a printable text of at most *limit* characters, or an integer as text; an empty text when it is missing.

    Raises `Unusable` with *reason*.
    """
    text = str(value) if type(value) in {str, int} else ""
    if value is not None and not (0 < len(text) <= limit and text.isprintable()):
        raise Unusable(reason)
    return text


def _instant(timestamp: object, source: Source) -> Instant:
    try:
        moment = datetime.fromisoformat(timestamp.upper() if isinstance(timestamp, str) else "")
    except ValueError as error:
        raise Unusable(QuarantineReason.BAD_TIMESTAMP) from error
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=source.zone))


def _url(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() and _URL.fullmatch(value) else ""


def _parcels(value: object) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= MAX_PARCELS):
        return value
    raise Unusable(QuarantineReason.BAD_PARCELS)
