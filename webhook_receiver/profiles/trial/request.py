"""Follows the engine's order of work for one request: probe, method, size, authentication, document, answer."""

from collections.abc import Sequence
from dataclasses import replace

from webhook_receiver.profiles.schema.model import LARGEST_MAX_BODY
from webhook_receiver.profiles.trial.authenticity import authentication_steps
from webhook_receiver.profiles.trial.document import read_steps
from webhook_receiver.profiles.trial.steps import RIGHT_PROFILE, Outcome, Step, Subject, Trial
from webhook_receiver.requests import Request

REFUSED, NOT_ALLOWED, TOO_LARGE = 401, 405, 413
"""The HTTP status of a refusal: not authentic, another method, a body that is too large."""


def try_request(subject: Subject, request: Request) -> Trial:
    """Return what the engine would do with *request*. A method without secrets is left out, and a step says so."""
    shape = subject.format
    with_body = f"{request.method} {'with' if request.body else 'without'} a body"
    if request.method not in shape.methods:
        methods = ", ".join(f'"{name}"' for name in subject.profile.methods)
        advice = (RIGHT_PROFILE if subject.is_builtin else f'add "{request.method}" to methods = [{methods}]',)
        refusal = Step("method", f"{request.method} is none of the profile's methods", is_well=False, advice=advice)
        return _refused(subject, request, [refusal], NOT_ALLOWED)
    if shape.is_probe(request):
        steps = [Step("probe", f"yes: {with_body}"), Step("answer", "200, before authentication; nothing is kept")]
        return Trial(Outcome.PROBE, 200, steps)
    steps = [Step("probe", f"no: {with_body}"), Step("method", request.method)]
    if len(request.body) > subject.source.max_body:
        text = f"the body has {len(request.body)} bytes, and max_body is {subject.source.max_body}"
        steps.append(Step("size", text, is_well=False, advice=(f"max_body = {_room_for(request.body)}",)))
        return _refused(subject, request, steps, TOO_LARGE)
    steps += authentication_steps(subject, request)
    if not all(step.is_well for step in steps):
        return _refused(subject, request, steps, REFUSED)
    is_authenticated = any(name in subject.profile.auth for name in subject.secrets)
    return replace(read_steps(subject, request.body, steps), is_authenticated=is_authenticated)


def try_body(subject: Subject, body: bytes) -> Trial:
    """Return what the engine would read in *body*. Authentication is left out, and a step says so."""
    trial = read_steps(subject, body, [Step("auth", "left out: there is only a body")])
    return replace(trial, is_authenticated=False)


def _room_for(body: bytes) -> int:
    return min(1 << len(body).bit_length(), LARGEST_MAX_BODY)


def _refused(subject: Subject, request: Request, steps: Sequence[Step], status: int) -> Trial:
    """Return the refusal with what would be read otherwise, because a person wants to see all that is wrong."""
    rest = read_steps(subject, request.body, [])
    otherwise = f"; without the refusal: {rest.steps[-1].text}"
    answer = Step("answer", f"{status}: refused, nothing is kept{otherwise}", is_well=False)
    return Trial(Outcome.REFUSED, status, [*steps, *rest.steps[:-1], answer])
