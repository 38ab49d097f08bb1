"""Puts a trial together: from a profile or a source, a sample and the options of the command to the engine's values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal
from zoneinfo import ZoneInfo

from webhook_receiver.profiles.engine.statuses import meaning_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.request import try_body, try_request
from webhook_receiver.profiles.trial.steps import Outcome, Step, Subject, Trial
from webhook_receiver.sources import Source
from worker.application.sources.chosen import Chosen
from worker.cli.sources.choices import Choices
from worker.cli.sources.samples import Sample
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.text import clean_text
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import NEEDS_A_PERSON, WELL
from worker.settings.values import read_timezone

ALL_EVENTS = frozenset({"order", "shipment"})
_ANY = "any"
"""The name and the account of the source of a trial, which the settings do not have."""


def code_of(trial: Trial) -> int:
    """Return the exit code of a trial: 1 when the delivery is refused or quarantined."""
    return NEEDS_A_PERSON if trial.outcome in {Outcome.REFUSED, Outcome.QUARANTINED} else WELL


def try_sample(chosen: Chosen, sample: Sample, choices: Choices, received_at: Instant) -> Trial:
    """Return the trial of *sample*. What *choices* do not say comes from the source, or else from the sample.

    Raises `IllegalRequest` for a wrong option.
    """
    secrets = choices.secrets or (_secrets(chosen.source) if chosen.source else sample.secrets)
    source = _with_choices(chosen.source or any_source(chosen.profile, sample.options), choices)
    _require_options(source, chosen.profile, choices, has_secrets=bool(secrets))
    subject = Subject(chosen.profile, source, secrets, received_at, chosen.is_builtin)
    trial = try_request(subject, sample.request) if sample.request else try_body(subject, sample.body)
    return _with_note(chosen, replace(trial, steps=[*(Step("sample", note) for note in sample.notes), *trial.steps]))


def try_stored(chosen: Chosen, rules: Source | None, body: bytes, received_at: Instant) -> Trial:
    """Return the trial of a stored body, by the rules of the source that was chosen, else by *rules*.

    *rules* are None if the settings do not have the delivery's source any more.
    """
    source = chosen.source or rules or any_source(chosen.profile, {})
    trial = try_body(Subject(chosen.profile, source, {}, received_at, chosen.is_builtin), body)
    return _with_note(chosen, trial)


def _with_note(chosen: Chosen, trial: Trial) -> Trial:
    note = [Step("tried", chosen.note)] if chosen.note else []
    return replace(trial, steps=[*note, *trial.steps])


def _secrets(source: Source) -> dict[str, list[str]]:
    return {method: [secret.decode() for secret in secrets] for method, secrets in source.secrets.items()}


def any_source(profile: ProfileFile, options: Mapping[str, str]) -> Source:
    """Return a source that may send all events, with the *options* that a sample names."""
    return Source(
        name=_ANY,
        profile=profile,
        secrets={},
        account=_ANY,
        read_order_id=read_any_order_id,
        allow=ALL_EVENTS,
        max_body=profile.max_body,
        zone=_zone(options.get("timezone", "UTC")),
        options={name: options[name] for name in profile.options if name in options},
        number_prefix=options.get("number_prefix", ""),
        reference=_reference(options.get("reference", "number")),
    )


def _with_choices(source: Source, choices: Choices) -> Source:
    return replace(
        source,
        zone=_zone(choices.timezone) if choices.timezone else source.zone,
        options={**source.options, **choices.options},
        number_prefix=choices.prefix or source.number_prefix,
        reference=_reference(choices.reference) if choices.reference else source.reference,
        statuses={**source.statuses, **_statuses(choices.statuses)},
    )


def _require_options(source: Source, profile: ProfileFile, choices: Choices, *, has_secrets: bool) -> None:
    """Raise `IllegalRequest` for an option that the profile lacks or needs. Authentication alone needs them."""
    for name in choices.options:
        if name not in profile.options:
            known = ", ".join(profile.options) or "none"
            raise IllegalRequest(f"the profile has no option {clean_text(name)}; its options: {known}")
    for name, option in profile.options.items():
        if has_secrets and source.options.get(name, option.default) is None:
            raise IllegalRequest(f"--option {name}=… is missing: {option.help.rstrip('.')}")


def _zone(name: str) -> ZoneInfo:
    try:
        return read_timezone(name)
    except ValueError as error:
        raise IllegalRequest(f"--timezone {error}") from error


def _reference(word: str) -> Literal["number", "id"]:
    return "id" if word == "id" else "number"


def _statuses(statuses: Mapping[str, str]) -> Mapping[str, str]:
    for name in statuses.values():
        try:
            meaning_of(name)
        except ValueError as error:
            raise IllegalRequest(f"--status {error}") from error
    return statuses


def read_any_order_id(value: object) -> str:
    """Return the order id that one of the platforms reads in *value*. Raises ValueError when none does."""
    for platform in PLATFORMS.values():
        try:
            return platform.read_order_id(value)
        except ValueError:
            continue
    raise ValueError("is an order id of no platform")
