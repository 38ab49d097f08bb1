"""The native formats: the platform's own webhooks, and our open format. Both are signed as the platform signs."""

import re
from collections.abc import Mapping
from datetime import datetime

from webhook_receiver.profiles import Profile
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.engine.values import (
    MAX_ID,
    note_text,
    number_text,
    parcel_count,
    short_text,
    url_text,
)
from webhook_receiver.requests import Request
from webhook_receiver.signatures import signed_at
from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, field_at, read_document
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import Instant, instant_of
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import QuarantineReason
from worker.domain.text import clean_text
from worker.ports import Delivery

MAX_CHALLENGE = 256
"""In characters."""
MAX_CHALLENGE_BODY = 4096
"""In bytes. A challenge may be unsigned, so no larger body is parsed in search of one."""
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")


class NativeFormat:
    """Authenticates and reads the deliveries of one source in a native format."""

    methods = frozenset({"POST"})
    answer = None
    captures = False

    def __init__(self, profile: Profile, source: Source) -> None:
        self._profile, self._source = profile, source

    def is_probe(self, request: Request) -> bool:  # noqa: ARG002 - see `challenge`
        """Return False: the platform verifies a URL by a challenge."""
        return False

    def authenticate(self, request: Request) -> Authentic | None:
        """Return what authenticates *request*; None when it is not authentic. Never raises."""
        signed = signed_at(request, self._source)
        return None if signed is None else Authentic(signed)

    def challenge(self, request: Request) -> str:
        """Return the challenge with which the platform verifies our URL; empty when *request* is something else."""
        if not self._profile.challenged or len(request.body) > MAX_CHALLENGE_BODY:
            return ""
        try:
            document = read_document(request.body)
        except Malformed:
            return ""
        if not isinstance(document, dict) or document.get("type") != "verification":
            return ""
        text = document.get("challenge")
        return text if isinstance(text, str) and len(text) <= MAX_CHALLENGE and text.isprintable() else ""

    def read(self, body: bytes, received_at: Instant, outer: object = None) -> Delivery:  # noqa: ARG002 - see `formats`
        """Return the delivery in *body*, with its event or its problem; neither when it is of no interest."""
        try:
            events = read_events(self._profile, self._source, body, received_at)
        except Unusable as error:
            return Delivery(self._source.name, received_at, body, unusable=error.reason, detail=error.detail)
        return Delivery(self._source.name, received_at, body, events)


def read_events(profile: Profile, source: Source, body: bytes, received_at: Instant) -> tuple[Event, ...]:
    """Return the events in *body*, which was received at *received_at*; none when they are of no interest.

    Raises `Unusable`. A malformed note or tracking URL is left out, because the event can be used without it.
    """
    try:
        document = read_document(body)
    except Malformed as error:
        raise Unusable(error.reason) from error
    if not isinstance(document, dict):
        raise Unusable(QuarantineReason.NOT_AN_OBJECT)
    sent_name = field_at(document, profile.event)
    if not isinstance(sent_name, str):
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, "the event has no name")
    if not profile.hints:
        return (_read_event(profile, source, document, sent_name, received_at),)
    if sent_name.startswith(f"{profile.hints}."):
        return (_read_hint(profile, source, document, sent_name, received_at),)
    return ()


def _read_hint(
    profile: Profile, source: Source, document: Mapping[str, object], sent_name: str, received_at: Instant
) -> Event:
    """Return a hint. Only the order's id is trusted; its other fields only distinguish it from other hints."""
    order = _order(profile, source, document)
    timestamp = field_at(document, profile.timestamp)
    key = _key(profile, document) or fingerprint(order, sent_name, timestamp)
    return Event(source.name, key, order, EventName.HINT, received_at, received_at)


def _read_event(
    profile: Profile, source: Source, document: Mapping[str, object], sent_name: str, received_at: Instant
) -> Event:
    name = profile.names.get(sent_name)
    if name is None:
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, clean_text(sent_name))
    if name not in source.allow and name.partition(".")[0] not in source.allow:
        raise Unusable(QuarantineReason.NOT_ALLOWED, name)
    tracking = _tracking(profile, document)
    order = _order(profile, source, document, tracking)
    timestamp = field_at(document, profile.timestamp)
    key = _key(profile, document)
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
        tracking_url=url_text(field_at(document, profile.tracking_url)),
        parcels=parcel_count(field_at(document, profile.parcels)),
        note=note_text(field_at(document, profile.note)),
    )


def _order(profile: Profile, source: Source, document: Mapping[str, object], tracking: str | None = None) -> OrderKey:
    """Return the key of the order: its id, else its number, else *tracking*. When that is None, only an id counts."""
    ids = [value for path in profile.orders if (value := field_at(document, path)) is not None]
    for value in ids:
        try:
            return OrderKey(source.account, source.read_order_id(value))
        except ValueError:
            continue
    if ids or tracking is None:
        raise Unusable(QuarantineReason.BAD_ORDER_ID if ids else QuarantineReason.NO_ORDER)
    number = number_text(field_at(document, profile.number), QuarantineReason.BAD_ORDER_NUMBER)
    if not (number or tracking):
        raise Unusable(QuarantineReason.NO_ORDER)
    return OrderKey(source.account, str(Reference("number", number) if number else Reference("tracking", tracking)))


def _tracking(profile: Profile, document: Mapping[str, object]) -> str:
    """Return the tracking number. Scanners leave control characters in it, and each counts as a space."""
    value = field_at(document, profile.tracking)
    spaced = _CONTROLS.sub(" ", value) if isinstance(value, str) else value
    return number_text(spaced, QuarantineReason.BAD_TRACKING)


def _key(profile: Profile, document: Mapping[str, object]) -> str:
    return short_text(field_at(document, profile.id), MAX_ID, QuarantineReason.BAD_ID)


def _instant(timestamp: object, source: Source) -> Instant:
    try:
        moment = datetime.fromisoformat(timestamp.upper() if isinstance(timestamp, str) else "")
    except ValueError as error:
        raise Unusable(QuarantineReason.BAD_TIMESTAMP) from error
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=source.zone))
