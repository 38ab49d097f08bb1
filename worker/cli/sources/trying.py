"""Puts a trial together: from a profile, a sample and the options of the command to the engine's values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.engine.statuses import meaning_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.request import try_body, try_request
from webhook_receiver.profiles.trial.steps import Outcome, Step, Subject, Trial
from webhook_receiver.sources import Source
from worker.cli.sources.checking import load
from worker.cli.sources.samples import Sample
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.text import clean_text
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import NEEDS_A_PERSON, WELL
from worker.settings.values import read_timezone

ALL_EVENTS = frozenset({"order", "shipment"})
_METHOD = re.compile("[a-z_]+")
_ANY = "any"
"""The name and the account of the source of a trial, which the settings do not have."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the options of `sources try` say. What they do not say comes from the sample, or is the default."""

    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    prefix: str = ""
    reference: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)


def find_profile(name: str) -> ProfileFile:
    """Return the built-in profile *name*, or the profile in the file *name*.

    Raises `SettingsError` with a line for each flaw of the file, and `IllegalRequest` for a native profile.
    """
    if name in NATIVE_PROFILES:
        raise IllegalRequest(f"the profile {name} is part of the program: try it with `fulfillment send`")
    return load(name)


def pairs_of(texts: Sequence[str], option: str) -> list[tuple[str, str]]:
    """Return the pairs `NAME=VALUE` that the option *option* was given. Raises `IllegalRequest`."""
    pairs = [text.partition("=") for text in texts]
    if not all(name and equals for name, equals, _ in pairs):
        raise IllegalRequest(f"{option} must be NAME=VALUE")
    return [(name, value) for name, _, value in pairs]


def status_pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs `WORD=EVENT`; a word may have `=`. Raises `IllegalRequest`."""
    pairs = [text.rpartition("=") for text in texts]
    if not all(word and equals for word, equals, _ in pairs):
        raise IllegalRequest("--status must be WORD=EVENT")
    return [(word, name) for word, _, name in pairs]


def code_of(trial: Trial) -> int:
    """Return the exit code of a trial: 1 when the delivery is refused or quarantined."""
    return NEEDS_A_PERSON if trial.outcome in {Outcome.REFUSED, Outcome.QUARANTINED} else WELL


def secrets_of(texts: Sequence[str], profile: ProfileFile) -> dict[str, list[str]]:
    """Return the secrets by method. A text that does not begin with `name=` is for the only method of *profile*.

    Raises `IllegalRequest`.
    """
    secrets: dict[str, list[str]] = {}
    for text in texts:
        name, equals, secret = text.partition("=")
        if not (equals and _METHOD.fullmatch(name) and secret) and len(profile.auth) == 1:
            name, secret = next(iter(profile.auth)), text
        if name not in profile.auth or not secret:
            raise IllegalRequest(f"--secret must be NAME=SECRET, and NAME one of: {', '.join(profile.auth)}")
        secrets.setdefault(name, []).append(secret)
    return secrets


def try_sample(profile: ProfileFile, sample: Sample, choices: Choices, received_at: Instant) -> Trial:
    """Return the trial of *sample*. Raises `IllegalRequest` for a wrong option."""
    chosen = replace(choices, secrets=choices.secrets or sample.secrets)
    subject = Subject(profile, _source(profile, sample, chosen), chosen.secrets, received_at)
    trial = try_request(subject, sample.request) if sample.request else try_body(subject, sample.body)
    notes = [Step("sample", note) for note in sample.notes]
    return replace(trial, steps=[*notes, *trial.steps])


def try_stored(profile: ProfileFile, source: Source | None, body: bytes, received_at: Instant) -> Trial:
    """Return the trial of a stored body, by the rules of *source*; None: the settings do not have it any more."""
    rules = source or _source(profile, Sample(body), Choices())
    subject = Subject(profile, replace(rules, profile=profile, secrets={}), {}, received_at)
    return try_body(subject, body)


def _source(profile: ProfileFile, sample: Sample, choices: Choices) -> Source:
    """Return a source that may send all events, with the rules that the command or the sample names."""
    given = sample.options
    return Source(
        name=_ANY,
        profile=profile,
        secrets={},
        account=_ANY,
        read_order_id=read_any_order_id,
        allow=ALL_EVENTS,
        max_body=profile.max_body,
        zone=_zone(choices.timezone or given.get("timezone", "UTC")),
        options=_options(profile, {**given, **choices.options}, choices),
        number_prefix=choices.prefix or given.get("number_prefix", ""),
        reference=_reference(choices.reference or given.get("reference", "number")),
        statuses=_statuses(choices.statuses),
    )


def _options(profile: ProfileFile, values: Mapping[str, str], choices: Choices) -> dict[str, str]:
    """Return the values of the profile's options. They are needed for authentication alone."""
    for name in choices.options:
        if name not in profile.options:
            known = ", ".join(profile.options) or "none"
            raise IllegalRequest(f"the profile has no option {clean_text(name)}; its options: {known}")
    for name, option in profile.options.items():
        if choices.secrets and values.get(name, option.default) is None:
            raise IllegalRequest(f"--option {name}=… is missing: {option.help.rstrip('.')}")
    return {name: values[name] for name in profile.options if name in values}


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
