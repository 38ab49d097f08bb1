"""The steps from the document on: what is read, and what is answered."""

import json
import re
from collections.abc import Iterator, Sequence

from webhook_receiver.profiles.engine.documents import elements, read_outer, unwrapped
from webhook_receiver.profiles.schema.compilation import interest_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.elements import ElementSteps, no_interest
from webhook_receiver.profiles.trial.lookup import Lookup
from webhook_receiver.profiles.trial.outline import names_of, similar_paths
from webhook_receiver.profiles.trial.repeats import repeats_of
from webhook_receiver.profiles.trial.steps import Outcome, Step, Subject, Trial, counted
from worker.domain.errors import Unusable
from worker.domain.events import Event
from worker.domain.reasons import QuarantineReason

_FORM = re.compile(rb"[A-Za-z0-9_.+%-]+(?:%5B%5D|\[\])?=")


def read_steps(subject: Subject, body: bytes, steps: list[Step]) -> Trial:
    """Return the trial from the document on."""
    profile = subject.profile
    if profile.status is None:
        text = f"{counted(len(body), 'byte')}: kept as it is, and not read"
        return _trial(subject, Outcome.QUARANTINED, [*steps, Step("document", text)], (), QuarantineReason.CAPTURED)
    try:
        document = unwrapped(read_outer(body, profile.content), profile.document.unwrap)
    except Unusable as error:
        return _trial(subject, Outcome.QUARANTINED, [*steps, _unreadable(profile, body, error)], (), error.reason)
    lookup = Lookup(document, profile.document.each)
    try:
        if not interest_of(profile.document).wants(document):
            return _trial(subject, Outcome.IGNORED, [*steps, no_interest(profile, lookup)])
        count = len(elements(document, profile.document.each))
        readings = subject.format.readings(body, subject.received_at)
    except Unusable as error:
        return _trial(subject, Outcome.QUARANTINED, [*steps, _no_list(profile, document, error)], (), error.reason)
    read = ElementSteps(subject, lookup, profile.status).steps(readings)
    problem = next((reading.problem for reading in readings if reading.problem), None)
    repeats = repeats_of(readings)
    if not (problem or all(repeat.is_same for repeat in repeats.values())):
        problem = QuarantineReason.KEY_REUSED
    events = [reading.event for reading in readings if reading.event and reading.position not in repeats]
    outcome = Outcome.QUARANTINED if problem else Outcome.ACCEPTED if events else Outcome.IGNORED
    return _trial(subject, outcome, [*steps, Step("document", _document_text(profile, count)), *read], events, problem)


def _trial(
    subject: Subject,
    outcome: Outcome,
    steps: Sequence[Step],
    events: Sequence[Event] = (),
    reason: QuarantineReason | None = None,
) -> Trial:
    agreed = subject.profile.answer
    body = agreed.body if agreed.body is not None else f'{{"status": "{outcome}"}}'
    answer = Step("answer", f"{agreed.status} {body}")
    return Trial(outcome, agreed.status, [*steps, answer], events, str(reason or ""))


def _document_text(profile: ProfileFile, count: int) -> str:
    kind = "a form" if profile.content == "form" else "JSON"
    inside = f", the JSON text in {profile.document.unwrap.text}" if profile.document.unwrap else ""
    each = f", each {profile.document.each.text}: {counted(count, 'element')}" if profile.document.each else ""
    latest = ', pick = "latest"' if profile.document.pick == "latest" else ""
    return f"{kind}{inside}{each}{latest}"


def _unreadable(profile: ProfileFile, body: bytes, error: Unusable) -> Step:
    detail = f" ({error.detail})" if error.detail else ""
    text = f"{error.reason}{detail}: {error.reason.meaning}"
    return Step("document", text, is_well=False, advice=tuple(_advice(profile, body, error)))


def _advice(profile: ProfileFile, body: bytes, error: Unusable) -> Iterator[str]:
    """Yield what to change for a body that cannot be read."""
    unwrap = profile.document.unwrap
    if not body:
        yield "there is no body"
    elif error.detail and unwrap:
        outer = read_outer(body, profile.content)
        yield f"document.unwrap: the document has {', '.join(similar_paths(outer, unwrap)) or names_of(outer)}"
    elif profile.content == "json" and _FORM.match(body):
        yield 'the body is a form: content = "form"'
    elif profile.content == "form" and body.lstrip()[:1] in {b"{", b"["}:
        yield 'the body is JSON: content = "json"'
    elif error.reason is QuarantineReason.NOT_JSON and not unwrap:
        yield _place_of_error(body.decode("utf-8-sig"))


def _place_of_error(text: str) -> str:
    """Return where *text*, which is no JSON, stops to be JSON."""
    position = 0
    try:
        json.loads(text)
    except json.JSONDecodeError as flaw:
        position = flaw.pos
    where = f"at character {position + 1} of {len(text)}"
    return f"{where}, which is its end: is it cut off?" if position >= len(text.rstrip()) else where


def _no_list(profile: ProfileFile, document: object, error: Unusable) -> Step:
    advice = (f"document.each: the document has {names_of(document)}",) if profile.document.each else ()
    detail = f" ({error.detail})" if error.detail else ""
    return Step("document", f"{error.reason}{detail}: {error.reason.meaning}", is_well=False, advice=advice)
