"""The native formats: the platform's own webhooks, and our open format. Both are signed as the platform signs."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from webhook_receiver.profiles import Profile
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.engine.documents import canonical
from webhook_receiver.profiles.engine.optional import NO_TIME, UNREADABLE_TIME, ParcelName, optional_fields, parcel_name
from webhook_receiver.profiles.engine.times import any_instant, says_a_time
from webhook_receiver.profiles.engine.values import MAX_ID, is_zero, number_text, short_text, usable
from webhook_receiver.profiles.kept_headers import kept_headers
from webhook_receiver.profiles.orders import as_reported
from webhook_receiver.requests import Request
from webhook_receiver.signatures import SIGNED, TIMED, TIMESTAMP, signed_at
from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, field_at, read_leniently
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import QuarantineReason, RefusalReason
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

    def headers(self, request: Request) -> str:
        """Return what is kept of the request's headers. None with a value is read to authenticate it."""
        return kept_headers(request.headers)

    def why_refused(self, request: Request) -> RefusalReason:
        """Return what is wrong with a *request* that is not authentic, by its headers alone."""
        if SIGNED not in request.headers:
            return RefusalReason.NO_SIGNATURE
        is_timed = TIMESTAMP.fullmatch(request.headers.get(TIMED, ""))
        return RefusalReason.BAD_SIGNATURE if is_timed else RefusalReason.BAD_TIME

    def challenge(self, request: Request) -> str:
        """Return the challenge with which the platform verifies our URL; empty when *request* is something else."""
        if not self._profile.challenged or len(request.body) > MAX_CHALLENGE_BODY:
            return ""
        try:
            document = read_leniently(request.body)
        except Malformed:
            return ""
        if not isinstance(document, dict) or document.get("type") != "verification":
            return ""
        text = document.get("challenge")
        return text if isinstance(text, str) and len(text) <= MAX_CHALLENGE and text.isprintable() else ""

    def read(self, body: bytes, received_at: Instant, outer: object = None) -> Delivery:  # noqa: ARG002 - see `formats`
        """Return the delivery in *body*, with its event or its problem; neither when it is of no interest."""
        try:
            reading = _read(self._profile, self._source, body, received_at)
        except Unusable as error:
            named = _named(self._profile, self._source, body)
            return Delivery(
                self._source.name, received_at, body, unusable=error.reason, detail=error.detail, named=named
            )
        events = (as_reported(reading.event, self._source, reading.carrier),) if reading.event else ()
        return Delivery(self._source.name, received_at, body, events, detail="; ".join(reading.remarks))


class _Reading(NamedTuple):
    """The event of a document, None when it is of no interest. *remarks* say which optional fields were left out.

    *carrier* is the source to which the document assigns the order; empty if it assigns nothing.
    """

    event: Event | None = None
    remarks: tuple[str, ...] = ()
    carrier: str = ""


def _read(profile: Profile, source: Source, body: bytes, received_at: Instant) -> _Reading:
    """Return what is read of *body*, which was received at *received_at*. Raises `Unusable`."""
    try:
        document = read_leniently(body)
    except Malformed as error:
        raise Unusable(error.reason) from error
    if not isinstance(document, dict):
        raise Unusable(QuarantineReason.NOT_AN_OBJECT)
    sent_name = usable(field_at(document, profile.event), profile.event)
    if not isinstance(sent_name, str):
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, "the event has no name")
    if not profile.hints:
        return _read_event(profile, source, document, sent_name, received_at)
    if sent_name.startswith(f"{profile.hints}."):
        return _Reading(_read_hint(profile, source, document, sent_name, received_at))
    return _Reading()


def _named(profile: Profile, source: Source, body: bytes) -> OrderKey | None:
    """Return the order that an unusable *body* names all the same; None when it names none."""
    try:
        document = read_leniently(body)
        if not isinstance(document, dict):
            return None
        return _order(profile, source, document, None if profile.hints else _parcel(profile, document))
    except (Malformed, Unusable):
        return None


def _read_hint(
    profile: Profile, source: Source, document: Mapping[str, object], sent_name: str, received_at: Instant
) -> Event:
    """Return a hint. Only the order's id is trusted; its other fields only distinguish it from other hints.

    Hints that cannot be told apart are one repeated hint, which is a hint all the same.
    """
    order = _order(profile, source, document)
    timestamp = _text(field_at(document, profile.timestamp))
    try:
        key = _key(profile, document)
    except Unusable:
        key = ""
    return Event(
        source.name, key or fingerprint(order, sent_name, timestamp), order, EventName.HINT, received_at, received_at
    )


def _read_event(
    profile: Profile, source: Source, document: Mapping[str, object], sent_name: str, received_at: Instant
) -> _Reading:
    name = profile.names.get(sent_name)
    if name is None:
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, clean_text(sent_name))
    if name not in source.allow and name.partition(".")[0] not in source.allow:
        raise Unusable(QuarantineReason.NOT_ALLOWED, name)
    parcel = _parcel(profile, document)
    order = _order(profile, source, document, parcel)
    timestamp = field_at(document, profile.timestamp)
    key = _key(profile, document) or _key_by_time(order, parcel.sent, sent_name, timestamp)
    occurred_at = None if timestamp is None else any_instant(timestamp, source.zone)
    url, count, note = (field_at(document, path) for path in (profile.tracking_url, profile.parcels, profile.note))
    optional = optional_fields(url, count, note, source.tracking_hosts)
    event = Event(
        source.name,
        key,
        order,
        name,
        received_at if occurred_at is None else clamped(occurred_at, received_at),
        received_at,
        tracking=parcel.text,
        tracking_url=optional.tracking_url,
        parcels=optional.parcels,
        note=optional.note,
    )
    carrier, unread = _carrier(source, field_at(document, profile.carrier))
    remarks = (*_time_remarks(timestamp, occurred_at), *parcel.remarks, *optional.remarks, *unread)
    return _Reading(event, remarks, carrier)


def _carrier(source: Source, value: object) -> tuple[str, tuple[str, ...]]:
    """Return the source that *value* names as the order's carrier, and a remark if it is left out."""
    if value is None or (isinstance(value, str) and value in source.carriers):
        return value or "", ()
    if not source.carriers:
        return "", ("the carrier is left out: this source may not say who carries an order",)
    return "", ("the carrier is left out: it is no courier's source of this account",)


def _time_remarks(timestamp: object, occurred_at: Instant | None) -> tuple[str, ...]:
    if occurred_at is not None:
        return ()
    return (NO_TIME if timestamp is None else UNREADABLE_TIME,)


def _key_by_time(order: OrderKey, tracking: str, sent_name: str, timestamp: object) -> str:
    """Return the key of an event without an id. A time that cannot be read still tells it from another event.

    Raises `Unusable` when there is no time, or one that says nothing, such as 0000-00-00.
    """
    if timestamp is None:
        raise Unusable(QuarantineReason.NO_KEY, "neither id nor timestamp")
    usable(timestamp, "timestamp")
    if not says_a_time(canonical(timestamp)):
        raise Unusable(QuarantineReason.NO_KEY, "there is no id, and the timestamp says no time")
    return fingerprint(order, tracking, sent_name, timestamp)


def _order(
    profile: Profile, source: Source, document: Mapping[str, object], parcel: ParcelName | None = None
) -> OrderKey:
    """Return the key of the order: its id, else its number, else *parcel*. When that is None, only an id counts.

    An id of 0 stands for a missing one if there is another name.
    """
    number_value = None if parcel is None else field_at(document, profile.number)
    is_named = number_value is not None or bool(parcel and parcel.text)
    ids = [value for path in profile.orders if (value := field_at(document, path)) is not None]
    ids = [value for value in ids if not (is_named and is_zero(value))]
    for value in ids:
        try:
            return OrderKey(source.account, source.read_order_id(value))
        except ValueError:
            continue
    for value in ids:
        usable(value, "the order's id")
    if ids or not is_named:
        raise Unusable(QuarantineReason.BAD_ORDER_ID if ids else QuarantineReason.NO_ORDER)
    number = number_text(number_value, QuarantineReason.BAD_ORDER_NUMBER)
    if number:
        return OrderKey(source.account, str(Reference("number", number)))
    if parcel is None or not parcel.names_order:
        raise Unusable(QuarantineReason.BAD_TRACKING)
    return OrderKey(source.account, str(Reference("tracking", parcel.text)))


def _parcel(profile: Profile, document: Mapping[str, object]) -> ParcelName:
    """Return the name of the parcel. Scanners leave control characters in its number, and each counts as a space."""
    value = field_at(document, profile.tracking)
    spaced = _CONTROLS.sub(" ", value) if isinstance(value, str) else value
    return parcel_name(spaced)


def _key(profile: Profile, document: Mapping[str, object]) -> str:
    return short_text(field_at(document, profile.id), MAX_ID, QuarantineReason.BAD_ID)


def _text(value: object) -> object:
    """Return a JSON value that two hints share only if they are one; None for a flawed one."""
    try:
        canonical(value)
    except Unusable:
        return None
    return value
