"""Reads one element of a document: its status, its order, its time and its key. Pure.

An `ElementReading` has the steps of the reading as well, because `fulfillment sources try` prints them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from webhook_receiver.profiles.engine.documents import canonical
from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.statuses import INFO, StatusMatch
from webhook_receiver.profiles.engine.times import PARTS_JOINED_BY, TimeFormats, TimeReading, time_text
from webhook_receiver.profiles.engine.values import (
    MAX_ID,
    NoText,
    first_value,
    folded,
    note_text,
    number_text,
    parcel_count,
    short_text,
    text_of,
    url_text,
)
from webhook_receiver.profiles.schema.compilation import statuses_of
from webhook_receiver.profiles.schema.model import ProfileFile, StatusTableFile
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import MISSING_STATUS, STATUS_WITHOUT_WORD, QuarantineReason
from worker.domain.text import clean_text


class OrderReading(NamedTuple):
    """The order of an element: its key, the field that names it, and the text there before the prefix was cut off."""

    key: OrderKey
    field: str
    text: str


class KeyReading(NamedTuple):
    """The key of an event, and the fields from which it was made."""

    key: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class ElementReading:
    """What was read of the element at *position*, up to the step that failed or was the last.

    *event* is None for an element of no interest, and for one that cannot be used, which has its *problem*.
    *remarks* say which optional fields were left out.
    """

    position: Position
    status: StatusMatch | None = None
    order: OrderReading | None = None
    time: TimeReading | None = None
    key: KeyReading | None = None
    event: Event | None = None
    problem: QuarantineReason | None = None
    detail: str = ""
    remarks: tuple[str, ...] = ()


class ElementReader:
    """Reads elements by a profile, by its *status* table, and by the rules of a source."""

    def __init__(self, profile: ProfileFile, status: StatusTableFile, source: Source) -> None:
        self._paths, self._source = profile.read, source
        self._status_paths = status.from_
        self._statuses = statuses_of(status, source.statuses)
        self._folded = folded if status.fold else str
        self._time_of = {self._folded(word): paths for word, paths in profile.read.time_of.items()}
        self._times = TimeFormats(profile.read.times, profile.zone or source.zone)

    def read(self, document: object, position: Position, received_at: Instant) -> ElementReading:
        """Return what was read of the element at *position*. Never raises."""
        reading = ElementReading(position)
        try:
            self._read(document, reading, received_at)
        except Unusable as error:
            reading.problem, reading.detail = error.reason, error.detail
        return reading

    def time(self, document: object, position: Position) -> TimeReading | None:
        """Return the time of the element; None when it has none. Never raises."""
        values = [first_value(paths, document, position) for paths in self._time_paths(document, position)]
        present = [value for value in values if value is not None]
        try:
            text = PARTS_JOINED_BY.join(map(time_text, present))
        except NoText:
            return TimeReading(canonical(present))
        return self._times.read(text) if present else None

    def _time_paths(self, document: object, position: Position) -> Sequence[Sequence[Path]]:
        """Return the paths of each part of the time."""
        if self._paths.time_of:
            paths = self._time_of.get(self._folded(self._first_cell(document, position)))
            if paths is not None:
                return [paths]
        return [[path] for path in self._paths.time_parts] or [self._paths.time]

    def _first_cell(self, document: object, position: Position) -> str:
        try:
            return text_of(self._status_paths[0].value(document, position))
        except NoText:
            return ""

    def _read(self, document: object, reading: ElementReading, received_at: Instant) -> None:
        position = reading.position
        cells = self._cells(document, position)
        status = reading.status = self._statuses.match(cells)
        if status.meaning == INFO:
            return
        if status.meaning is None:
            raise Unusable(QuarantineReason.UNKNOWN_EVENT, status.word or MISSING_STATUS)
        name = EventName(status.meaning)
        if name not in self._source.allow and name.partition(".")[0] not in self._source.allow:
            raise Unusable(QuarantineReason.NOT_ALLOWED, name)
        tracking = number_text(self._value(self._paths.tracking, document, position), QuarantineReason.BAD_TRACKING)
        shipment = self._shipment(document, position)
        order = reading.order = self._order(document, position, tracking, shipment)
        time = reading.time = self.time(document, position)
        key = reading.key = self._key(document, position, cells, time)
        url = self._value(self._paths.tracking_url, document, position)
        tracking_url = url_text(url)
        reading.remarks = tuple(_remarks(time, has_odd_url=url is not None and not tracking_url))
        occurred_at = received_at if time is None or time.instant is None else time.instant
        reading.event = Event(
            self._source.name,
            key.key,
            order.key,
            name,
            clamped(occurred_at, received_at),
            received_at,
            tracking=tracking,
            tracking_url=tracking_url,
            parcels=parcel_count(_whole_number(self._value(self._paths.parcels, document, position))),
            note=note_text(self._value(self._paths.note, document, position)),
            shipment=shipment,
        )

    def _cells(self, document: object, position: Position) -> list[str]:
        try:
            return [text_of(path.value(document, position)) for path in self._status_paths]
        except NoText as error:
            raise Unusable(QuarantineReason.UNKNOWN_EVENT, STATUS_WITHOUT_WORD) from error

    @staticmethod
    def _value(paths: Sequence[Path], document: object, position: Position) -> object:
        return first_value(paths, document, position) if paths else None

    def _shipment(self, document: object, position: Position) -> str:
        """Return the courier's id of the shipment; empty when it is odd, because few orders are found by it."""
        try:
            value = self._value(self._paths.shipment, document, position)
            return number_text(value, QuarantineReason.NO_ORDER)
        except Unusable:
            return ""

    def _order(self, document: object, position: Position, tracking: str, shipment: str) -> OrderReading:
        """Return the order: by its id, else by the merchant's reference, the parcel, or the shipment."""
        account = self._source.account
        order_id = self._value(self._paths.order, document, position)
        if order_id is not None:
            return OrderReading(self._by_id(order_id), "order", _shown(order_id))
        number = self._value(self._paths.number, document, position)
        if number is not None:
            return self._by_number(number)
        if tracking:
            return OrderReading(OrderKey(account, str(Reference("tracking", tracking))), "tracking", tracking)
        if shipment:
            return OrderReading(OrderKey(account, str(Reference("shipment", shipment))), "shipment", shipment)
        raise Unusable(QuarantineReason.NO_ORDER)

    def _by_number(self, number: object) -> OrderReading:
        text = clean_text(str(number)) if type(number) in {str, int} else number
        cut = text.removeprefix(self._source.number_prefix).strip() if isinstance(text, str) else text
        if self._source.reference == "id":
            return OrderReading(self._by_id(cut), "number", _shown(number))
        value = number_text(cut, QuarantineReason.BAD_ORDER_NUMBER)
        return OrderReading(OrderKey(self._source.account, str(Reference("number", value))), "number", _shown(number))

    def _by_id(self, value: object) -> OrderKey:
        try:
            return OrderKey(self._source.account, self._source.read_order_id(value))
        except ValueError as error:
            raise Unusable(QuarantineReason.BAD_ORDER_ID) from error

    def _key(self, document: object, position: Position, cells: Sequence[str], time: TimeReading | None) -> KeyReading:
        paths = self._paths
        event_id = short_text(self._value(paths.id, document, position), MAX_ID, QuarantineReason.BAD_ID)
        if event_id:
            return KeyReading(event_id, ("id",))
        if paths.key:
            fields = {path.text: path.value(document, position) for path in paths.key}
        else:
            names = ("order", "number", "tracking", "shipment")
            fields = {name: self._value(getattr(paths, name), document, position) for name in names}
            fields |= {"status": list(cells), "time": time.text if time else None}
        texts = {name: _key_text(value) for name, value in fields.items()}
        if not any(texts.values()):
            raise Unusable(QuarantineReason.NO_KEY, f"neither id nor {', '.join(texts)}")
        return KeyReading(fingerprint(*texts.values()), tuple(name for name, text in texts.items() if text))


def _key_text(value: object) -> str:
    """Return the text of a field of a key: that which a signature covers, so that 1 and "1" are no two events."""
    try:
        return text_of(value)
    except NoText:
        return canonical(value)


def _remarks(time: TimeReading | None, *, has_odd_url: bool) -> Iterator[str]:
    if time is None:
        yield "there is no time, so the arrival counts"
    elif time.instant is None:
        yield "the time cannot be read, so the arrival counts"
    if has_odd_url:
        yield "the tracking URL is left out: it is no URL of http or https"


def _whole_number(value: object) -> object:
    """Return the integer in a text of digits; other values stay."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 5 else value  # noqa: PLR2004 - at most 1,000 parcels


def _shown(value: object) -> str:
    return clean_text(str(value))
