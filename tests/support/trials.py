"""Trials of invented couriers: a profile and one request, and the steps that are printed."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.invented import RECEIVED_AT, SECRET, encoded, profile, source_of
from webhook_receiver.profiles.engine.authentication import OpenedRequest
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.request import try_body, try_request
from webhook_receiver.profiles.trial.steps import Step, Subject, Trial
from webhook_receiver.requests import Request


def subject_of(chosen: ProfileFile, secrets: Mapping[str, Sequence[str]] | None = None, **changes: Any) -> Subject:
    """Return what is tried; by default with the secret `SECRET` for every method."""
    given = dict.fromkeys(chosen.auth, (SECRET,)) if secrets is None else secrets
    is_builtin = changes.pop("is_builtin", False)
    return Subject(chosen, source_of(chosen, secrets={}, **changes), given, RECEIVED_AT, is_builtin)


def trial_of(
    chosen: ProfileFile, sent: Request, secrets: Mapping[str, Sequence[str]] | None = None, **changes: Any
) -> Trial:
    """Return the trial of a request."""
    return try_request(subject_of(chosen, secrets, **changes), sent)


def reading_of(chosen: ProfileFile, document: object, **changes: Any) -> Trial:
    """Return the trial of a bare body."""
    return try_body(subject_of(chosen, {}, **changes), encoded(document))


def steps(trial: Trial, name: str, element: str = "") -> list[Step]:
    """Return the steps with this name."""
    return [step for step in trial.steps if step.name == name and step.element == element]


def step(trial: Trial, name: str, element: str = "") -> Step:
    """Return the only step with this name."""
    (only,) = steps(trial, name, element)
    return only


def texts(trial: Trial) -> str:
    """Return all that a person reads."""
    return "\n".join(line for one in trial.steps for line in (one.name, one.text, *one.advice))


def signed_trial(auth: str, sent: Request, secret: str = SECRET) -> Trial:
    """Return the trial of a request with a profile that has only the method `signature`."""
    return trial_of(profile(auth=f"[auth.signature]\n{auth}"), sent, {"signature": [secret]})


def opened(sent: Request, content: Any = "json") -> OpenedRequest:
    """Return the request with its document."""
    return OpenedRequest(sent, content)
