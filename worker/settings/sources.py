"""The settings of a source: a sender of webhooks and the rules for its deliveries."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainValidator, model_validator

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.authentication import key_of
from webhook_receiver.profiles.files import SUFFIX, ProfileError, builtin_names, load_profile
from webhook_receiver.profiles.model import DEFAULT_MAX_BODY, DigestAuth, HmacAuth, ProfileFile, is_header_name
from webhook_receiver.profiles.statuses import meaning_of
from webhook_receiver.profiles.trust import Trust, trust_in
from worker.domain.events import EventName
from worker.domain.signing import ALL_PARTS, Part
from worker.secret import Secret
from worker.settings.problems import Problem, validation_error
from worker.settings.values import Duration, Timezone, between, read_list, read_table, read_timezone

NATIVE_METHOD = "signature"
"""The method of authentication of the native profiles."""
SHORTEST_TOKEN_IN_URL = 16
"""Bytes. A token in a URL is read by more eyes, and stays longer."""
FAMILIES = ("order", "shipment")
NATIVE_KEYS = ("signed_parts", "verification")
"""The settings that only the native profiles use."""
DECLARED_KEYS = ("number_prefix", "reference", "statuses")
"""The settings that only profiles that are files use."""

_NO_SUCH_ACCOUNT = ""
"""Replaces the name of an account that does not exist, because a validator of this field cannot see the accounts."""


@dataclass(frozen=True, slots=True)
class ChosenProfile:
    """The profile of a source: its name, or the path of its file. *file* is None for a native profile."""

    name: str
    file: ProfileFile | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its methods of authentication."""
        return tuple(self.file.auth) if self.file else (NATIVE_METHOD,)


def choose_profile(name: str, folder: Path) -> ChosenProfile:
    """Return the profile *name*: a native one, a built-in one, or a file beside the settings, in *folder*.

    Raises `ProfileError`.
    """
    if name in NATIVE_PROFILES:
        return ChosenProfile(name)
    if name.endswith(SUFFIX):
        return ChosenProfile(name, load_profile(str(folder / name)))
    if name not in builtin_names():
        names = ", ".join((*NATIVE_PROFILES, *builtin_names()))
        raise ProfileError(f"must be one of: {names}; or the path of a profile file, which ends in {SUFFIX}")
    return ChosenProfile(name, load_profile(name))


def _read_profile(value: object) -> ChosenProfile:
    match value:
        case ChosenProfile():
            return value
        case ProfileError():
            raise ValueError("\n".join(value.sentences))
    raise ValueError("must be the name of a profile, or the path of a profile file")


def _check_account(name: str) -> str:
    if name == _NO_SUCH_ACCOUNT:
        raise ValueError("names no account of the settings")
    return name


def _check_allowed(name: str) -> str:
    if name not in {*FAMILIES, *(event.value for event in EventName if event is not EventName.HINT)}:
        raise ValueError(f"must have families ({', '.join(FAMILIES)}) or events such as shipment.delivered")
    return name


def _check_status(name: str) -> str:
    meaning_of(name)
    return name


Secrets = Annotated[tuple[Secret, ...], BeforeValidator(read_list), Field(min_length=1, max_length=10)]


class SourceSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One sender of webhooks, at a URL of its own: `/webhooks/<name>`."""

    secrets: Annotated[Mapping[str, Secrets], Field(min_length=1)]
    """The secrets of this sender: a list, or one plain text. Any of them is valid. For a profile with several methods of
    authentication, a table with the secrets of each; every method that has some must pass."""
    profile: Annotated[ChosenProfile, PlainValidator(_read_profile)] = Field(
        json_schema_extra={"default": "the source's own name"}
    )
    """The format in which this sender posts: `awalchat`, `courier`, the name of a built-in profile, or the path of a
    profile file, which begins at the folder of the settings file."""
    account: Annotated[str, AfterValidator(_check_account)] = Field(json_schema_extra={"default": "the only account"})
    """The account whose orders the events are about."""
    allow: (
        Annotated[
            frozenset[Annotated[str, AfterValidator(_check_allowed)]], BeforeValidator(read_list), Field(min_length=1)
        ]
        | None
    ) = Field(default=None, json_schema_extra={"default": "by the profile"})
    """What this sender may report: families of events (`order`, `shipment`), or single events
    (`shipment.delivered`)."""
    tolerance: Annotated[Duration, AfterValidator(between("1s", "7d"))] = timedelta(seconds=300)
    """How far a signed timestamp may be from our clock."""
    stale: Literal["refuse", "accept"] = "refuse"
    """`refuse` or `accept`: what happens to an authentic delivery beyond the tolerance."""
    max_body: Annotated[int, Field(ge=1024, le=10_485_760)] = Field(
        default=DEFAULT_MAX_BODY, json_schema_extra={"default": "65536, or the profile's"}
    )
    """The largest request body that is read, in bytes."""
    signed_parts: Annotated[frozenset[Part], BeforeValidator(read_list)] = Field(
        default=frozenset(ALL_PARTS), json_schema_extra={"default": "all five"}
    )
    """For `awalchat` and `courier`: the parts of a request that its signature covers: always `timestamp` and `body`,
    and any of `method`, `path` and `query_string`."""
    public_prefix: str = Field(
        default="", pattern=r"^(?:/[A-Za-z0-9._~%-]+)*\z", max_length=200, json_schema_extra={"default": "none"}
    )
    """The beginning of the path that a proxy removes before it passes the request on."""
    verification: Literal["open", "signed"] = "open"
    """For `awalchat`: `open` or `signed`: whether the platform's check of our URL must be signed."""
    timezone: Timezone = Field(json_schema_extra={"default": "the account's"})
    """The time zone of timestamps without an offset."""
    number_prefix: Annotated[str, Field(max_length=50)] = Field(default="", json_schema_extra={"default": "none"})
    """For couriers' profiles: what stands before the order's number in the courier's reference. It is cut off."""
    reference: Literal["number", "id"] = "number"
    """For couriers' profiles: `number` or `id`: what you write into the courier's reference field."""
    statuses: Annotated[
        Mapping[str, Annotated[str, AfterValidator(_check_status)]], BeforeValidator(read_table), Field(max_length=500)
    ] = Field(default={}, json_schema_extra={"default": "the profile's"})
    """For couriers' profiles: status words beyond the profile's own, each with its event, such as `in_transit`, or with
    `info`."""
    options: Mapping[str, str] = {}
    """The options of the profile. In a settings file, each is a key of its own."""

    @model_validator(mode="after")
    def _fit_profile(self) -> Self:
        if problems := [*_secret_problems(self), *_option_problems(self), *_key_problems(self)]:
            raise validation_error(*problems)
        return self


def _secret_problems(source: SourceSettings) -> Iterator[Problem]:
    chosen = source.profile
    for name, secrets in source.secrets.items():
        if name not in chosen.methods:
            methods = " or ".join(chosen.methods)
            yield Problem(
                ("secrets",), f"has secrets for {name}, but the profile {chosen.name} authenticates by {methods}"
            )
        elif chosen.file:
            texts = [secret.get_secret_value() for secret in secrets]
            yield from (Problem(("secrets", name), flaw) for flaw in _secret_flaws(chosen.file, name, texts))


def _secret_flaws(profile: ProfileFile, name: str, secrets: Sequence[str]) -> Iterator[str]:
    method = profile.auth[name]
    shortest = min(len(secret.encode()) for secret in secrets)
    if trust_in(method, profile.document.unwrap) is Trust.URL and shortest < SHORTEST_TOKEN_IN_URL:
        yield f"must be at least {SHORTEST_TOKEN_IN_URL} bytes long, because it is a part of the URL"
    if isinstance(method, HmacAuth | DigestAuth):
        for secret in secrets:
            with_flaw = ""
            try:
                key_of(secret, method.secret_form)
            except ValueError as error:
                with_flaw = str(error)
            if with_flaw:
                yield with_flaw


def _option_problems(source: SourceSettings) -> Iterator[Problem]:
    declared = source.profile.file.options if source.profile.file else {}
    for name, option in declared.items():
        value = source.options.get(name, option.default)
        if value is None:
            yield Problem((name,), f"is missing: {option.help.rstrip('.')}")
        elif not is_header_name(value) and _names_header(source.profile.file, name):
            yield Problem((name,), "must be the name of a header")
        elif not (value.isprintable() and value.isascii()) or "{" in value or "}" in value:
            yield Problem((name,), "must be printable ASCII text without braces")


def _names_header(profile: ProfileFile | None, option: str) -> bool:
    locations = [method.from_ for method in profile.auth.values()] if profile else []
    return any(text.startswith("header:") and f"{{option:{option}}}" in text for text in locations)


def _key_problems(source: SourceSettings) -> Iterator[Problem]:
    useless = NATIVE_KEYS if source.profile.file else DECLARED_KEYS
    for key in useless:
        if key in source.model_fields_set:
            yield Problem((key,), f"has no effect with the profile {source.profile.name}")


def complete_sources(sources: Mapping[str, object], accounts: object, folder: Path) -> dict[str, object]:
    """Return *sources* with their defaults: the profile, the account, and the account's time zone.

    All arguments but *folder*, where paths of profiles begin, are tables as they are written, unchecked. So the sources
    of a wrong account can be checked as well, and do not repeat the account's mistake.
    """
    account_tables = accounts if isinstance(accounts, dict) else {}
    return {name: _complete(name, source, account_tables, folder) for name, source in sources.items()}


def _complete(name: str, source: object, accounts: Mapping[str, object], folder: Path) -> object:
    if not isinstance(source, dict):
        return source
    complete = _with_profile(name, source, folder)
    if len(accounts) == 1:
        complete.setdefault("account", next(iter(accounts)))
    elif not accounts:  # the mistake is reported for `accounts`
        complete["account"] = "unknown"
    account = complete.get("account")
    if isinstance(account, str):
        complete.setdefault("timezone", _timezone_of(accounts.get(account)))
        if accounts and account not in accounts:
            complete["account"] = _NO_SUCH_ACCOUNT
    else:
        complete.setdefault("timezone", "UTC")
    return complete


def _with_profile(name: str, source: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return *source* with its profile, read from its file, and with the profile's options apart."""
    written = source.get("profile", name)
    chosen: object = written
    if isinstance(written, str):
        try:
            chosen = choose_profile(written, folder)
        except ProfileError as error:
            chosen = error
    declared = chosen.file.options if isinstance(chosen, ChosenProfile) and chosen.file else {}
    # Without a profile, nobody knows its options: only the profile's own mistake is reported.
    is_option = declared.__contains__ if isinstance(chosen, ChosenProfile) else _is_no_setting
    options = {key: value for key, value in source.items() if is_option(key)}
    rest = {key: value for key, value in source.items() if key not in options}
    complete = {**rest, "profile": chosen, "options": options if isinstance(chosen, ChosenProfile) else {}}
    if isinstance(chosen, ChosenProfile) and chosen.file:
        complete.setdefault("max_body", chosen.file.max_body)
    return _with_secrets(complete, chosen)


def _with_secrets(source: dict[str, Any], chosen: object) -> dict[str, Any]:
    """Return *source* with its secrets by method: a plain list is for the only method of the profile."""
    secrets = source.get("secrets")
    if secrets is None or isinstance(secrets, dict):
        return source
    methods = chosen.methods if isinstance(chosen, ChosenProfile) else (NATIVE_METHOD,)
    if len(methods) == 1:
        return {**source, "secrets": {methods[0]: secrets}}
    return source


def _is_no_setting(key: str) -> bool:
    return key not in SourceSettings.model_fields


def _timezone_of(account: object) -> str:
    """Return the account's time zone; UTC if it has none, or a wrong one, which is reported for the account."""
    timezone = account.get("timezone") if isinstance(account, dict) else None
    with suppress(ValueError):
        return read_timezone(timezone).key
    return "UTC"
