"""Reads a document by its source's profile. All that is wrong with it becomes `Unusable`."""

import re
from collections.abc import Mapping
from datetime import datetime

from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import instant_of
from worker.domain.orders import OrderKey
from worker.domain.text import clean_text

MAX_ID, MAX_TRACKING, MAX_PARCELS = 150, 64, 1000
_URL = re.compile(r"https?://[^\s<>\"\\]{1,490}", re.IGNORECASE)


def read_events(source: Source, body: bytes, received_at: int) -> tuple[Event, ...]:
    """Read the news in *body*, received at *received_at* (microseconds); none when it does not concern us.

    Raises `Unusable`: `not_json`, `too_deep`, `duplicate_key`, `bad_number`, `bad_text`, `not_an_object`,
    `unknown_event`, `not_allowed`, `no_order`, `bad_order_id`, `no_key`, `bad_id`, `bad_timestamp`, `bad_tracking`
    or `bad_parcels`. A note or a tracking URL that is none is left out: they are decoration, the news still counts.
    """
    try:
        document = read_document(body)
    except Malformed as error:
        raise Unusable(error.reason) from error
    if not isinstance(document, dict):
        raise Unusable("not_an_object")
    word = _field(document, source.profile.event)
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
    stamp = _field(document, source.profile.timestamp)
    key = _key(source, document) or fingerprint(order, word, stamp)
    return Event(source.name, key, order, EventName.HINT, received_at, received_at)


def _read_news(source: Source, document: Mapping[str, object], word: str, received_at: int) -> Event:
    profile = source.profile
    name = profile.names.get(word)
    if name is None:
        raise Unusable("unknown_event", clean_text(word))
    if name.partition(".")[0] not in source.allow:
        raise Unusable("not_allowed", name)
    order = _order(source, document)
    tracking = _field(document, profile.tracking)
    tracking = _word(clean_text(tracking) if isinstance(tracking, str) else tracking, MAX_TRACKING, "bad_tracking")
    stamp = _field(document, profile.timestamp)
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
        tracking_url=_url(_field(document, profile.tracking_url)),
        parcels=_parcels(_field(document, profile.parcels)),
        note=clean_text(note) if isinstance(note := _field(document, profile.note), str) else "",
    )


def _field(document: object, path: str) -> object:
    """Follow a dotted path; null, an empty text and a missing field are all the same: None."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return None if document == "" else document


def _order(source: Source, document: Mapping[str, object]) -> OrderKey:
    said = [value for path in source.profile.orders if (value := _field(document, path)) is not None]
    for value in said:
        try:
            return OrderKey(source.account, source.read_order_id(value))
        except ValueError:
            continue
    raise Unusable("bad_order_id" if said else "no_order")


def _key(source: Source, document: Mapping[str, object]) -> str:
    return _word(_field(document, source.profile.id), MAX_ID, "bad_id")


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
