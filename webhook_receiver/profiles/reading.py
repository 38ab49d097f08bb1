"""Reads one element of a document: its status, its order, its time and its key. Pure.

An `ElementReading` has the steps of the reading as well, because `fulfillment sources try` prints them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from webhook_receiver.profiles.engine.documents import canonical
from webhook_receiver.profiles.engine.optional import NO_TIME, UNREADABLE_TIME, optional_fields
from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.statuses import INFO, MAX_CELL, StatusMatch, word_of
from webhook_receiver.profiles.engine.times import PARTS_JOINED_BY, TimeFormats, TimeReading, time_text
from webhook_receiver.profiles.engine.values import (
    MAX_ID,
    NoText,
    first_value,
    folded,
    is_longer_than,
    short_text,
    text_of,
    usable,
)
from webhook_receiver.profiles.orders import OrderReader, OrderReading
from webhook_receiver.profiles.schema.compilation import statuses_of
from webhook_receiver.profiles.schema.model import ProfileFile, StatusTableFile
from webhook_receiver.sources import Source
from worker.domain.documents import Flawed
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, clamped, fingerprint
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import MISSING_STATUS, STATUS_WITHOUT_WORD, QuarantineReason

MAX_KEY_TEXT = 10_000
"""Characters of all fields of a key, because a field of the whole document is a part of the key of each element."""


class KeyReading(NamedTuple):
    """The key of an event, and the fields from which it was made."""

    key: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class ElementReading:
    """What was read of the element at *position*, up to the step that failed or was the last.

    *event* is None for an element of no interest, and for one that cannot be used, which has its *problem*.
    *named* is the order that it names all the same. *remarks* say which optional fields were left out.
    """

    position: Position
    status: StatusMatch | None = None
    order: OrderReading | None = None
    time: TimeReading | None = None
    key: KeyReading | None = None
    event: Event | None = None
    problem: QuarantineReason | None = None
    detail: str = ""
    named: OrderKey | None = None
    remarks: tuple[str, ...] = ()


class ElementReader:
    """Reads elements by a profile, by its *status* table, and by the rules of a source."""

    def __init__(self, profile: ProfileFile, status: StatusTableFile, source: Source) -> None:
        self._paths, self._source = profile.read, source
        self._orders = OrderReader(profile.read, source)
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
            reading.named = self._orders.named(document, position)
        return reading

    def time(self, document: object, position: Position) -> TimeReading | None:
        """Return the time of the element; None when it has none. Never raises."""
        values = [first_value(paths, document, position) for paths in self._time_paths(document, position)]
        present = [value for value in values if value is not None]
        if flaw := next((value for value in present if isinstance(value, Flawed)), None):
            return TimeReading("", flaw=flaw)
        if is_longer_than(present, MAX_KEY_TEXT):
            return TimeReading("")
        try:
            text = PARTS_JOINED_BY.join(map(time_text, present))
        except NoText:
            return _time_without_text(present)
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
            return _texts(self._status_paths[:1], document, position)[0]
        except Unusable:
            return ""

    def _read(self, document: object, reading: ElementReading, received_at: Instant) -> None:
        position = reading.position
        cells = _texts(self._status_paths, document, position)
        status = reading.status = self._statuses.match(cells)
        if status.meaning == INFO:
            return
        if status.meaning is None:
            raise Unusable(QuarantineReason.UNKNOWN_EVENT, status.word or MISSING_STATUS)
        name = EventName(status.meaning)
        if name not in self._source.allow and name.partition(".")[0] not in self._source.allow:
            raise Unusable(QuarantineReason.NOT_ALLOWED, name)
        parcel = self._orders.parcel(document, position)
        shipment = self._orders.shipment(document, position)
        order = reading.order = self._orders.order(document, position, parcel, shipment)
        time = reading.time = self.time(document, position)
        key = reading.key = self._key(document, position, cells, time)
        paths = (self._paths.tracking_url, self._paths.parcels, self._paths.note)
        url, count, note = (self._value(each, document, position) for each in paths)
        optional = optional_fields(url, count, note, self._source.tracking_hosts)
        reading.remarks = (*_remarks(time), *parcel.remarks, *optional.remarks)
        occurred_at = received_at if time is None or time.instant is None else time.instant
        reading.event = Event(
            self._source.name,
            key.key,
            order.key,
            name,
            clamped(occurred_at, received_at),
            received_at,
            tracking=parcel.text,
            tracking_url=optional.tracking_url,
            parcels=optional.parcels,
            note=optional.note,
            shipment=shipment,
        )

    @staticmethod
    def _value(paths: Sequence[Path], document: object, position: Position) -> object:
        return first_value(paths, document, position) if paths else None

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
            fields |= {"status": list(cells), "time": time and (time.flaw or time.text)}
        if is_longer_than([*fields.values()], MAX_KEY_TEXT):
            raise Unusable(QuarantineReason.NO_KEY, f"{', '.join(fields)} have more than {MAX_KEY_TEXT} characters")
        texts = {name: _key_text(value) for name, value in fields.items()}
        if not any(texts.values()):
            raise Unusable(QuarantineReason.NO_KEY, f"neither id nor {', '.join(texts)}")
        return KeyReading(fingerprint(*texts.values()), tuple(name for name, text in texts.items() if text))


def _texts(status_paths: Sequence[Path], document: object, position: Position) -> list[str]:
    """Return the texts of status fields. Raises `Unusable` when one has no text, or one that is too long."""
    try:
        texts = [text_of(usable(path.value(document, position), path.text)) for path in status_paths]
    except NoText as error:
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, STATUS_WITHOUT_WORD) from error
    if max(map(len, texts)) > MAX_CELL:
        raise Unusable(QuarantineReason.UNKNOWN_EVENT, word_of(texts))
    return texts


def _key_text(value: object) -> str:
    """Return the text of a field of a key: that which a signature covers, so that 1 and "1" are no two events."""
    try:
        return text_of(value)
    except NoText:
        return canonical(value)


def _time_without_text(values: Sequence[object]) -> TimeReading:
    try:
        return TimeReading(canonical(values))
    except Unusable as error:
        return TimeReading("", flaw=Flawed(error.reason))


def _remarks(time: TimeReading | None) -> Sequence[str]:
    if time is None:
        return (NO_TIME,)
    return () if time.instant is not None else (UNREADABLE_TIME,)
