"""The steps of authentication, and what would make a method fit that does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from webhook_receiver.profiles.engine.authentication import Authentic, Method, OpenedRequest, check
from webhook_receiver.profiles.schema.compilation import methods_of
from webhook_receiver.profiles.schema.trust import Trust, trust_in
from webhook_receiver.profiles.trial.changes import fits_of
from webhook_receiver.profiles.trial.diagnosis import described, why_not
from webhook_receiver.profiles.trial.fitting import Question, search
from webhook_receiver.profiles.trial.remedies import remedies_for
from webhook_receiver.profiles.trial.signed_times import advice_on_unread_time, signed_time_step
from webhook_receiver.profiles.trial.steps import RIGHT_PROFILE, Step, Subject
from webhook_receiver.requests import Request
from worker.domain.errors import Unusable

_NO_SECRET = "the secret itself is nowhere in the headers, the query and the body: is it the right one?"  # noqa: S105 - a sentence
_NO_VALUE = "no header and no field of the query or the body is as long as a signature: is this the whole request?"
_CHECK = "check the secret first; then that the sample has the body byte by byte as it came"
_PARTLY = "only these fields are signed: all others could be changed on the way"
_LEFT_OUT = "left out: there is no secret for it, and a source without one does not ask for it"


@dataclass(frozen=True, slots=True)
class _Result:
    """The result of one method: *method* is None when the secret is not of its form, which *flaw* then says."""

    name: str
    method: Method | None
    authentic: Authentic | None = None
    flaw: str = ""


def authentication_steps(subject: Subject, request: Request) -> Iterator[Step]:
    """Yield a step for each method of the profile, and for the signed time. A method without secrets is left out."""
    profile = subject.profile
    unknown = [name for name in subject.secrets if name not in profile.auth]
    if unknown:
        known = ", ".join(profile.auth)
        yield Step("auth", f"the profile has no [auth.{unknown[0]}], so this secret is not used: it has {known}")
    opened = OpenedRequest(request, profile.content, subject.source.public_prefix)
    results = {name: _result(subject, name, opened) for name in profile.auth if name in subject.secrets}
    if not results:
        yield Step("auth", f"left out: there is no secret for {' or '.join(profile.auth)}")
        return
    passed = {name for name, result in results.items() if result.authentic}
    for name in profile.auth:
        result = results.get(name)
        if result is None:
            yield Step(f"auth {name}", _LEFT_OUT)
        elif result.method and result.authentic:
            yield Step(
                f"auth {name}", f"fits: {described(result.method)}", advice=_fitting_advice(subject, name, request)
            )
            yield from signed_time_step(subject, result.authentic)
        else:
            yield _failed(subject, result, opened, passed)


def _result(subject: Subject, name: str, opened: OpenedRequest) -> _Result:
    secrets = [secret.encode() for secret in subject.secrets[name]]
    try:
        (method,) = methods_of(subject.profile, {name: secrets}, subject.source.options)
    except ValueError as error:
        return _Result(name, None, flaw=f"the secret {error}")
    return _Result(name, method, check(method, opened))


def _fitting_advice(subject: Subject, name: str, request: Request) -> tuple[str, ...]:
    table = subject.profile.auth[name]
    is_partly = trust_in(table, subject.profile.document.unwrap) is Trust.PARTLY
    return (*([_PARTLY] if is_partly else ()), *advice_on_unread_time(subject, table, request))


def _failed(subject: Subject, result: _Result, opened: OpenedRequest, passed: set[str]) -> Step:
    """Return the step of a method that does not pass. The secrets of the methods that have *passed* are not tried."""
    why = why_not(result.method, opened) if result.method else result.flaw
    secrets = {name: texts for name, texts in subject.secrets.items() if name not in passed}
    question = Question(subject.profile, result.name, secrets, subject.source.options, opened, subject.is_builtin)
    needs_body = result.method is not None and result.method.reads_body
    advice = _advice(question, is_hidden=needs_body and not _is_readable(opened))
    return Step(f"auth {result.name}", f"does NOT fit: {why}", is_well=False, advice=advice)


def _is_readable(opened: OpenedRequest) -> bool:
    try:
        _ = opened.document
    except Unusable:
        return False
    return True


def _advice(question: Question, *, is_hidden: bool) -> tuple[str, ...]:
    """Return what would fit. A secret is in no line.

    *is_hidden* means that the body, in which the value should be, cannot be read. Another step says so.
    """
    if remedies := tuple(remedies_for(question)):
        return remedies
    result = search(question)
    fits = fits_of(question, result)
    if fits:
        needs_another = question.is_builtin and all(fit.changes_profile for fit in fits)
        return (*(fit.sentence for fit in fits), *([RIGHT_PROFILE] if needs_another else ()))
    if is_hidden:
        return ()
    if question.table.kind in {"static", "basic"}:
        return (_NO_SECRET,)
    if not result.digests:
        return (_NO_VALUE,)
    end = "" if result.is_complete else ", and the search ended at its bounds"
    tried = f"{result.digests} combinations of message, hash, encoding and form of the secret were tried"
    return (f"nothing else fits, either: {tried}{end}", _CHECK)
