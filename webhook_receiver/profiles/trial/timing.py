"""The step of an element's time."""

from collections.abc import Iterator, Sequence

from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.times import TimeReading, parser_of
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.schema.model import ProfileFile, ReadTable
from webhook_receiver.profiles.trial.advice import advice_on_time
from webhook_receiver.profiles.trial.lookup import Lookup
from webhook_receiver.profiles.trial.outline import written_at
from webhook_receiver.profiles.trial.steps import RIGHT_PROFILE, Step, Subject, instant_text, quoted
from worker.domain.events import MAX_AGE
from worker.domain.instants import DAY, HOUR, Instant


def time_step(subject: Subject, lookup: Lookup, time: TimeReading | None, position: Position, first_cell: str) -> Step:
    """Return the step of *time*, which was read of the element at *position* with this first status cell."""
    paths = _time_paths(subject.profile, first_cell)
    if time is None:
        advice = lookup.missing(paths, position) if paths else ("no time is read: see read.time",)
        return Step("time", "nothing there: the arrival counts", advice=advice)
    if time.flaw:
        return Step("time", f"it cannot be used ({time.flaw.reason}): the arrival counts")
    shown = f"{_names(subject.profile.read, lookup, paths, position)} {quoted(time.text)}"
    formats = subject.profile.read.times
    if time.instant is None:
        listed = ", ".join(map(quoted, formats))
        advice = (RIGHT_PROFILE,) if subject.is_builtin else advice_on_time(time.text, formats)
        return Step("time", f"{shown} fits none of times = [{listed}]: the arrival counts", advice=advice)
    name = formats[time.format_number - 1]
    is_local = parser_of(name)(time.text).tzinfo is None
    zone = f", {_zone(subject)}" if is_local else ""
    text = f"{shown}, format {time.format_number} ({name}){zone} → {instant_text(time.instant)}"
    return Step("time", text, advice=tuple(_advice(subject, time.instant, is_local=is_local)))


def _time_paths(profile: ProfileFile, first_cell: str) -> Sequence[Path]:
    """Return the paths of the time of an element with this first status cell."""
    fold = folded if profile.status and profile.status.fold else str
    by_word = {fold(word): paths for word, paths in profile.read.time_of.items()}
    return by_word.get(fold(first_cell)) or profile.read.time_parts or profile.read.time


def _advice(subject: Subject, instant: Instant, *, is_local: bool) -> Iterator[str]:
    if instant > subject.received_at:
        hours = (instant - subject.received_at) / HOUR
        question = ": is the time zone right?" if is_local else ""
        yield f"that is {hours:.1f} hours after the arrival, so the arrival counts{question}"
    elif instant < subject.received_at - MAX_AGE:
        days = MAX_AGE // DAY
        yield f"that is more than {days} days before the arrival, so it counts as {days} days old"
    if is_local and subject.profile.zone is None and _zone(subject) == "UTC":
        yield "the text has no offset, and the profile no zone: the source's timezone counts"


def _zone(subject: Subject) -> str:
    return str(subject.profile.zone or subject.source.zone)


def _names(read: ReadTable, lookup: Lookup, paths: Sequence[Path], position: Position) -> str:
    there = lookup.there(paths, position)
    chosen = there if paths == read.time_parts else there[:1]
    return " + ".join(written_at(path, position) for path in chosen)
