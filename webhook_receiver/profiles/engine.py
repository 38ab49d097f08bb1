"""Reads a document by its source's profile. All that is wrong with it becomes `Unusable`."""

import re
from collections.abc import Mapping
from datetime import datetime

from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, field_at, read_document
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import instant_of
from worker.domain.orders import OrderKey, Reference
from worker.domain.text import clean_text

MAX_ID, MAX_NUMBER, MAX_PARCELS = 150, 64, 1000
_URL = re.compile(r"https?://[^\s<>\"\\]{1,490}", re.IGNORECASE)


def read_events(source: Source, body: bytes, received_at: int) -> tuple[Event, ...]:
    """Read the news in *body*, received at *received_at* (microseconds); none when it does not concern us.

    Raises `Unusable`. A note or a tracking URL that is none is left out: it is decoration, the news still counts.
    """
    try:
        document = read_document(body)
    except Malformed as error:
        raise Unusable(error.reason) from error
    if not isinstance(document, dict):
        raise Unusable("not_an_object")
    word = field_at(document, source.profile.event)
    if not isinstance(word, str):
        raise Unusable("unknown_event", "the event has no name")
    if not source.profile.hints:
        return (_read_news(source, document, word, received_at),)
    if word.startswith(f"{source.profile.hints}."):
        return (_read_hint(source, document, word, received_at),)
    return ()


def _read_hint(source: Source, document: Mapping[str, object], word: str, received_at: int) -> Event:
    """Nothing but the order's id is trusted: what else the sender says only tells one hint from another."""
    order = _order(source, document)
    stamp = field_at(document, source.profile.timestamp)
    key = _key(source, document) or fingerprint(order, word, stamp)
    return Event(source.name, key, order, EventName.HINT, received_at, received_at)


def _read_news(source: Source, document: Mapping[str, object], word: str, received_at: int) -> Event:
    profile = source.profile
    name = profile.names.get(word)
    if name is None:
        raise Unusable("unknown_event", clean_text(word))
    if name.partition(".")[0] not in source.allow:
        raise Unusable("not_allowed", name)
    tracking = _word(_cleaned(field_at(document, profile.tracking)), MAX_NUMBER, "bad_tracking")
    order = _order(source, document, tracking)
    stamp = field_at(document, profile.timestamp)
    key = _key(source, document) or (fingerprint(order, tracking, word, stamp) if stamp is not None else "")
    if not key:
        raise Unusable("no_key", "neither id nor timestamp")
    occurred_at = received_at if stamp is None else _instant(stamp, source)
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
    """Read the order's id; news that says none is known by the order's number, or else by that of its parcel."""
    said = [value for path in source.profile.orders if (value := field_at(document, path)) is not None]
    for value in said:
        try:
            return OrderKey(source.account, source.read_order_id(value))
        except ValueError:
            continue
    if said or tracking is None:
        raise Unusable("bad_order_id" if said else "no_order")
    number = _word(_cleaned(field_at(document, source.profile.number)), MAX_NUMBER, "bad_order_number")
    if not (number or tracking):
        raise Unusable("no_order")
    return OrderKey(source.account, str(Reference("number", number) if number else Reference("tracking", tracking)))


def _key(source: Source, document: Mapping[str, object]) -> str:
    return _word(field_at(document, source.profile.id), MAX_ID, "bad_id")


def _cleaned(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _word(value: object, limit: int, reason: str) -> str:
    """Take a short printable text or an integer as it is; what is missing is empty."""
    text = str(value) if type(value) in {str, int} else ""
    if value is not None and not (0 < len(text) <= limit and text.isprintable()):
        raise Unusable(reason)
    return text


def _instant(stamp: object, source: Source) -> int:
    try:
        moment = datetime.fromisoformat(str(stamp).upper() if isinstance(stamp, str) else "")
    except ValueError as error:
        raise Unusable("bad_timestamp") from error
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=source.zone))


def _url(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() and _URL.fullmatch(value) else ""


def _parcels(value: object) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= MAX_PARCELS):
        return value
    raise Unusable("bad_parcels")
