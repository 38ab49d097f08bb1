"""The steps of the engine for each element of a document."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from webhook_receiver.profiles.compilation import interest_of
from webhook_receiver.profiles.documents import elements
from webhook_receiver.profiles.model import ProfileFile, ReadTable
from webhook_receiver.profiles.paths import Path, Position
from webhook_receiver.profiles.reading import ElementReading, OrderReading
from webhook_receiver.profiles.statuses import INFO
from webhook_receiver.profiles.times import TimeReading, parser_of
from webhook_receiver.profiles.trial.advice import advice_on_status, advice_on_time
from webhook_receiver.profiles.trial.outline import names_at_top, similar_paths, written_at
from webhook_receiver.profiles.trial.steps import Step, instant_text, quoted
from webhook_receiver.profiles.values import NoText, first_value, text_of
from webhook_receiver.sources import Source
from worker.domain.events import MAX_AGE, Event
from worker.domain.instants import DAY, Instant
from worker.domain.reasons import QuarantineReason

_ORDER_FIELDS = ("order", "number", "tracking", "shipment")
_OTHER_FIELDS = ("id", "tracking_url", "note", "parcels")


@dataclass(frozen=True, slots=True)
class Reader:
    """One trial's profile, source, document and arrival."""

    profile: ProfileFile
    source: Source
    document: object
    received_at: Instant

    def steps(self, readings: Sequence[ElementReading]) -> Iterator[Step]:
        """Yield the steps of every element, also of those that are of no interest."""
        by_position = {reading.position: reading for reading in readings}
        interest = interest_of(self.profile.document)
        for position in elements(self.document, self.profile.document.each):
            name = "".join(f"[{index}]" for index in position)
            if position in by_position:
                yield from self._element(by_position[position], name)
            elif position and not interest.wants(self.document, position):
                yield Step("document", f"of no interest: {self.reason_of_no_interest(position)}", name)
            else:
                yield Step("document", 'not the newest, and the profile says pick = "latest"', name)

    def reason_of_no_interest(self, position: Position | None = None) -> str:
        """Return the condition of `[document]` that does not hold, for an element or for the whole document."""
        table = self.profile.document
        for key, conditions in (("only", table.only), ("skip", table.skip)):
            for path, texts in conditions.items():
                if (path.depth > 0) != (position is not None):
                    continue
                value = path.value(self.document, position or ())
                if (self._text(path, position or ()) in texts) == (key == "skip"):
                    return f"document.{key}: {written_at(path, position or ())} is {_shown(value)}"
        return "document"

    def _element(self, reading: ElementReading, name: str) -> Iterator[Step]:
        yield from (step._replace(element=name) for step in self._steps(reading))

    def _steps(self, reading: ElementReading) -> Iterator[Step]:
        position = reading.position
        if reading.status:
            yield self._status(reading)
        if reading.order:
            yield Step("order", self._order(reading.order, position))
        if reading.event and reading.event.tracking:
            yield Step("tracking", f"{self._found(self.profile.read.tracking, position)} → {reading.event.tracking}")
        if reading.key:
            yield self._time(reading.time, position)
            yield Step("key", self._key(reading))
        if reading.event:
            yield Step("event", _event(reading.event), advice=tuple(self._event_advice(reading.event)))
            yield from self._unread(position)
        if reading.problem:
            yield self._problem(reading, reading.problem)

    def _status(self, reading: ElementReading) -> Step:
        match, status = reading.status, self.profile.status
        if match is None or status is None:
            return Step("status", "")
        cells = [self._text(path, reading.position) for path in status.from_]
        shown = f"({', '.join(map(quoted, cells))})"
        if match.meaning is None:
            return Step(
                "status",
                f"{shown} fits no row of status.rows",
                is_well=False,
                advice=(
                    *(() if cells[0] else self._missing(status.from_[:1], reading.position)),
                    *advice_on_status(self.profile, cells, match.word),
                ),
            )
        by = f"row {match.row}" if match.row else "the source's own statuses"
        if not match.row and match.word not in self.source.statuses and match.meaning == INFO:
            by = "no row, and unknown = info"
        what = "info: of no interest" if match.meaning == INFO else match.meaning
        return Step("status", f"{shown} → {by} → {what}")

    def _order(self, order: OrderReading, position: Position) -> str:
        prefix = self.source.number_prefix
        found = self._found(getattr(self.profile.read, order.field), position)
        cut = ""
        if order.field == "number" and prefix:
            is_there = order.text.startswith(prefix)
            cut = f", prefix {prefix} cut off" if is_there else f", without the prefix {prefix}"
        reference = order.key.reference
        what = str(reference) if reference else f"order id {order.key.order_id}"
        return f"{found}{cut} → {what}"

    def _time(self, time: TimeReading | None, position: Position) -> Step:
        read = self.profile.read
        paths = self._time_paths(position)
        if time is None:
            advice = self._missing(paths, position) if paths else ("no time is read: see read.time",)
            return Step("time", "nothing there: the arrival counts", advice=advice)
        shown = f"{' + '.join(self._names(paths, position))} {quoted(time.text)}"
        if time.instant is None:
            why = (
                "is no text and no whole number"
                if not time.text
                else f"fits none of times = [{', '.join(map(quoted, read.times))}]"
            )
            advice = advice_on_time(time.text, read.times) if time.text else ()
            return Step("time", f"{shown} {why}: the arrival counts", advice=advice)
        name = read.times[time.format_number - 1]
        zone = f", {self._zone()}" if _is_without_offset(name, time.text) else ""
        text = f"{shown}, format {time.format_number} ({name}){zone} → {instant_text(time.instant)}"
        return Step("time", text, advice=tuple(self._time_advice(time.instant, zone)))

    def _time_advice(self, instant: Instant, zone: str) -> Iterator[str]:
        if instant > self.received_at:
            later = (instant - self.received_at) / (DAY / 24)
            yield f"that is {later:.1f} hours after the arrival, so the arrival counts" + (
                ": is the time zone right?" if zone else ""
            )
        elif instant < self.received_at - MAX_AGE:
            days = MAX_AGE // DAY
            yield f"that is more than {days} days before the arrival, so it counts as {days} days old"
        if zone and self.profile.zone is None:
            yield "the text has no offset, and the profile no zone: the time zone is that of the source"

    def _zone(self) -> str:
        return str(self.profile.zone or self.source.zone)

    def _time_paths(self, position: Position) -> Sequence[Path]:
        read, status = self.profile.read, self.profile.status
        first_cell = self._text(status.from_[0], position) if status else ""
        return read.time_of.get(first_cell) or read.time_parts or read.time

    def _key(self, reading: ElementReading) -> str:
        fields = reading.key.fields if reading.key else ()
        if fields == ("id",):
            return f"the event's id: {self._found(self.profile.read.id, reading.position)}"
        return f"from {', '.join(fields)}"

    def _event_advice(self, event: Event) -> Iterator[str]:
        family = event.name.partition(".")[0]
        if family != "shipment":
            yield f'the source needs allow = ["{family}"] for it'

    def _unread(self, position: Position) -> Iterator[Step]:
        """Yield a step that names the fields of `[read]` that are not in the element."""
        read = self.profile.read
        missing = [
            f"{name} ({', '.join(path.text for path in paths)})"
            for name in (*_ORDER_FIELDS, *_OTHER_FIELDS)
            if (paths := getattr(read, name)) and first_value(paths, self.document, position) is None
        ]
        paths = [path for name in ("number", "order", "tracking", "id") for path in getattr(read, name)]
        gone = [path for path in paths if path.value(self.document, position) is None]
        if missing:
            advice = self._missing(gone, position) if self._has_none(read, position) else ()
            yield Step("not there", "; ".join(missing), advice=advice)

    def _has_none(self, read: ReadTable, position: Position) -> bool:
        """Tell whether one of the important fields is missing."""
        return any(
            getattr(read, name) and first_value(getattr(read, name), self.document, position) is None
            for name in ("number", "order", "tracking", "id")
        )

    def _problem(self, reading: ElementReading, reason: QuarantineReason) -> Step:
        read = self.profile.read
        detail = f" ({reading.detail})" if reading.detail else ""
        advice: tuple[str, ...] = ()
        if reason is QuarantineReason.NO_ORDER:
            advice = self._missing([path for name in _ORDER_FIELDS for path in getattr(read, name)], reading.position)
        elif reason is QuarantineReason.NO_KEY:
            advice = ("read.key, or read.id, must lead to fields that this delivery has",)
        elif reason is QuarantineReason.NOT_ALLOWED:
            advice = ("the source's setting allow must have it",)
        elif reason is QuarantineReason.BAD_ORDER_ID:
            advice = ('reference = "number" reads the order\'s number instead of its id',)
        return Step("quarantine", f"{reason}{detail}: {reason.meaning}", is_well=False, advice=advice)

    def _missing(self, paths: Sequence[Path], position: Position) -> tuple[str, ...]:
        """Return a sentence for each path that leads nowhere, with the paths that look like it."""
        return tuple(
            self._missing_path(path, position) for path in paths if path.value(self.document, position) is None
        )

    def _missing_path(self, path: Path, position: Position) -> str:
        similar = [found for found in similar_paths(self.document, path) if found != written_at(path, position)]
        if similar:
            return f"{path.text} leads to nothing; the document has {', '.join(similar)}"
        return f"{path.text} leads to nothing; the document has: {names_at_top(self.document)}"

    def _found(self, paths: Sequence[Path], position: Position) -> str:
        path = next((path for path in paths if path.value(self.document, position) is not None), None)
        return f"{written_at(path, position)} {_shown(path.value(self.document, position))}" if path else ""

    def _names(self, paths: Sequence[Path], position: Position) -> list[str]:
        there = [path for path in paths if path.value(self.document, position) is not None]
        chosen = there if self.profile.read.time_parts and paths == self.profile.read.time_parts else there[:1]
        return [written_at(path, position) for path in chosen]

    def _text(self, path: Path, position: Position) -> str:
        with suppress(NoText):
            return text_of(path.value(self.document, position))
        return "no text"


def _event(event: Event) -> str:
    extras = {
        "tracking_url": event.tracking_url,
        "parcels": event.parcels,
        "note": event.note and quoted(event.note),
        "shipment": event.shipment,
    }
    shown = [f"{name} {value}" for name, value in extras.items() if value]
    return ", ".join([f"{event.name} at {instant_text(event.occurred_at)}", *shown])


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    return quoted(str(value).lower() if isinstance(value, bool) else value)


def _is_without_offset(name: str, text: str) -> bool:
    return parser_of(name)(text).tzinfo is None
