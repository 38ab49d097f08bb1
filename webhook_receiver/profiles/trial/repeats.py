"""What the database makes of the events of one delivery that have the same key."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.reading import ElementReading
from webhook_receiver.profiles.trial.outline import position_text
from webhook_receiver.profiles.trial.steps import Step
from worker.domain.events import Event
from worker.domain.reasons import QuarantineReason


class Repeat(NamedTuple):
    """An event whose key the element at *first* has, too. *is_same* tells whether it is the same event."""

    first: Position
    is_same: bool


def repeats_of(readings: Sequence[ElementReading]) -> Mapping[Position, Repeat]:
    """Return the events whose key an earlier element has, by their position."""
    firsts: dict[str, tuple[Position, Event]] = {}
    repeats = {}
    for reading in readings:
        if reading.event:
            position, event = firsts.setdefault(reading.event.key, (reading.position, reading.event))
            if position != reading.position:
                repeats[reading.position] = Repeat(position, _news(event) == _news(reading.event))
    return repeats


def _news(event: Event) -> tuple[object, ...]:
    """Return what two events with the same key must share to be the same event."""
    return event.order, event.name, event.tracking


def repeat_step(position: Position, repeat: Repeat, id_paths: Sequence[Path]) -> Step:
    """Return the step of a repeat. *id_paths* are those of `read.id`, if the key is made of it, else there are none."""
    first = position_text(repeat.first)
    if repeat.is_same:
        return Step("repeat", f"the same event as {first}: it counts once")
    text = f"{QuarantineReason.KEY_REUSED}: {position_text(position)} has the same key as {first}"
    return Step("quarantine", f"{text} and says something else", is_well=False, advice=(_advice(id_paths),))


def _advice(id_paths: Sequence[Path]) -> str:
    if id_paths:
        paths = ", ".join(path.text for path in id_paths)
        return f"read.id ({paths}) names the parcel, not the event: remove it, or write read.key instead"
    return "read.key has the same fields in both: add what differs, such as the status and the time"
