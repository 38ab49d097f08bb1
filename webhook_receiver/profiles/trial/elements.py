"""The steps of the engine for each element of a document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webhook_receiver.profiles.engine.documents import elements
from webhook_receiver.profiles.engine.paths import Position
from webhook_receiver.profiles.engine.statuses import INFO, StatusMatch
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.orders import OrderReading
from webhook_receiver.profiles.reading import ElementReading, KeyReading
from webhook_receiver.profiles.schema.compilation import interest_of
from webhook_receiver.profiles.schema.model import ProfileFile, StatusTableFile
from webhook_receiver.profiles.trial.advice import advice_on_status
from webhook_receiver.profiles.trial.batches import advice_on_index, is_shared
from webhook_receiver.profiles.trial.lookup import Lookup
from webhook_receiver.profiles.trial.outline import position_text
from webhook_receiver.profiles.trial.repeats import Repeat, repeat_step, repeats_of
from webhook_receiver.profiles.trial.steps import Step, Subject, instant_text, quoted
from webhook_receiver.profiles.trial.timing import time_step
from worker.domain.events import Event
from worker.domain.reasons import QuarantineReason
from worker.domain.tracking import is_tracking_number

IMPORTANT = ("order", "number", "tracking", "shipment", "id")
"""The fields of `[read]` whose absence may be a wrong path."""
_FIELDS_OF = {
    QuarantineReason.NO_ORDER: IMPORTANT[:4],
    QuarantineReason.BAD_ORDER_ID: ("order", "number"),
    QuarantineReason.BAD_ORDER_NUMBER: ("number",),
    QuarantineReason.BAD_TRACKING: ("tracking",),
    QuarantineReason.BAD_ID: ("id",),
    QuarantineReason.BAD_PARCELS: ("parcels",),
}
"""The fields of `[read]` that a reason is about."""


@dataclass(frozen=True, slots=True)
class ElementSteps:
    """The steps of the elements of one document. *status* is the profile's `[status]`."""

    subject: Subject
    lookup: Lookup
    status: StatusTableFile

    @property
    def profile(self) -> ProfileFile:
        """The profile that is tried."""
        return self.subject.profile

    def steps(self, readings: Sequence[ElementReading]) -> Iterator[Step]:
        """Yield the steps of every element, also of those that are of no interest. Raises `Unusable` without a list."""
        repeats = repeats_of(readings)
        by_position = {reading.position: reading for reading in readings}
        interest = interest_of(self.profile.document)
        for position in elements(self.lookup.document, self.profile.document.each):
            if position in by_position:
                steps = self._element(by_position[position], repeats.get(position))
            elif interest.wants(self.lookup.document, position):
                steps = iter([Step("document", 'not the newest, and the profile says pick = "latest"')])
            else:
                steps = iter([no_interest(self.profile, self.lookup, position)])
            yield from (step._replace(element=position_text(position)) for step in steps)

    def _element(self, reading: ElementReading, repeat: Repeat | None) -> Iterator[Step]:
        position = reading.position
        cells = [self.lookup.text(path, position) for path in self.status.from_]
        if reading.status:
            yield self._status(reading.status, cells, position)
        if reading.order:
            yield self._order(reading.order, position)
        if reading.event and reading.event.tracking:
            yield self._tracking(reading.event.tracking, position)
        if reading.key:
            yield time_step(self.subject, self.lookup, reading.time, position, cells[0])
            yield Step("key", self._key(reading.key, position))
        if reading.event:
            yield _event(reading.event)
            yield from self._absent(position)
        if repeat and reading.key:
            id_paths = self.profile.read.id if reading.key.fields == ("id",) else ()
            yield repeat_step(position, repeat, id_paths)
        if reading.problem:
            yield self._problem(reading, reading.problem)

    def _status(self, match: StatusMatch, cells: Sequence[str], position: Position) -> Step:
        shown = f"({', '.join(map(quoted, cells))})"
        if match.meaning is None:
            missing = () if cells[0] else self.lookup.missing(self.status.from_[:1], position)
            advice = (*missing, *advice_on_status(self.status, cells, match.word, is_builtin=self.subject.is_builtin))
            return Step("status", f"{shown} fits no row of status.rows", is_well=False, advice=advice)
        own = map(folded, self.subject.source.statuses)
        by = f"row {match.row}" if match.row else "the source's own statuses" if folded(match.word) in own else "no row"
        what = "info: of no interest" if match.meaning == INFO else match.meaning
        return Step("status", f"{shown} → {by} → {what}")

    def _order(self, order: OrderReading, position: Position) -> Step:
        prefix = self.subject.source.number_prefix
        cut = ""
        if order.field == "number" and prefix:
            is_there = order.text.startswith(prefix)
            cut = f", prefix {prefix} cut off" if is_there else f", without the prefix {prefix}"
        path = self.lookup.there(getattr(self.profile.read, order.field), position)[0]
        shared = ", which all elements share" if is_shared(path, self.lookup.each) else ""
        text = f"{self.lookup.shown(path, position)}{cut} → {order.key.reference or f'order id {order.key.order_id}'}"
        return Step("order", text + shared, advice=tuple(advice_on_index([path], self.lookup.each)))

    def _tracking(self, tracking: str, position: Position) -> Step:
        path = self.lookup.there(self.profile.read.tracking, position)[0]
        advice = tuple(advice_on_index([path], self.lookup.each))
        why = "" if is_tracking_number(tracking) else ", because it is no code: the tracking number is left out"
        return Step("tracking", f"{self.lookup.shown(path, position)} → {tracking}{why}", advice=advice)

    def _key(self, key: KeyReading, position: Position) -> str:
        if key.fields == ("id",):
            return f"the event's id: {self.lookup.found(self.profile.read.id, position)}"
        return f"from {', '.join(key.fields)}"

    def _absent(self, position: Position) -> Iterator[Step]:
        """Yield a step that names the fields of `[read]` that are not in the element."""
        read, lookup = self.profile.read, self.lookup
        absent = {
            name: paths
            for name in (*IMPORTANT, "tracking_url", "note", "parcels")
            if (paths := getattr(read, name)) and not lookup.there(paths, position)
        }
        if absent:
            text = "; ".join(f"{name} ({', '.join(path.text for path in paths)})" for name, paths in absent.items())
            important = [path for name, paths in absent.items() if name in IMPORTANT for path in paths]
            yield Step("not there", text, advice=lookup.missing(important, position))

    def _problem(self, reading: ElementReading, reason: QuarantineReason) -> Step:
        detail = f" ({reading.detail})" if reading.detail else ""
        text = f"{reason}{detail}: {reason.meaning}"
        return Step("quarantine", text, is_well=False, advice=tuple(self._advice(reading, reason)))

    def _advice(self, reading: ElementReading, reason: QuarantineReason) -> Iterator[str]:
        if reason is QuarantineReason.NO_KEY:
            yield "read.id or read.key must lead to fields that this delivery has"
        elif reason is QuarantineReason.NOT_ALLOWED:
            yield f'the source must have it in its setting allow, as "{reading.detail}"'
        elif reason is QuarantineReason.UNKNOWN_EVENT and reading.status is None:
            yield f"status.from: {self.lookup.found(self.status.from_, reading.position)}"
        for name in _FIELDS_OF.get(reason, ()):
            paths = getattr(self.profile.read, name)
            yield from self.lookup.missing(paths, reading.position)
            yield from (
                f"read.{name}: {self.lookup.shown(path, reading.position)}"
                for path in self.lookup.there(paths, reading.position)
            )


def no_interest(profile: ProfileFile, lookup: Lookup, position: Position | None = None) -> Step:
    """Return the step that says why an element, or the whole document without *position*, is of no interest."""
    chosen = position or ()
    conditions = [("only", condition) for condition in profile.document.only.items()]
    conditions += [("skip", condition) for condition in profile.document.skip.items()]
    key, path = next(
        (key, path)
        for key, (path, texts) in conditions
        if (path.depth > 0) == (position is not None) and (lookup.text(path, chosen) in texts) == (key == "skip")
    )
    advice = lookup.missing([path], chosen) if key == "only" else ()
    return Step("document", f"of no interest: document.{key}: {lookup.shown(path, chosen)}", advice=advice)


def _event(event: Event) -> Step:
    extras = {
        "tracking_url": event.tracking_url,
        "parcels": event.parcels,
        "note": event.note and quoted(event.note),
        "shipment": event.shipment,
    }
    shown = [f"{name} {value}" for name, value in extras.items() if value]
    family = event.name.partition(".")[0]
    advice = () if family == "shipment" else (f'the source needs allow = ["{family}"] for it',)
    return Step("event", ", ".join([f"{event.name} at {instant_text(event.occurred_at)}", *shown]), advice=advice)
