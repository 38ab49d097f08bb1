"""The profile of a source, and how the source's secrets, options and keys fit it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.engine.authentication import key_of
from webhook_receiver.profiles.engine.statuses import word_flaw
from webhook_receiver.profiles.schema.authentication_checks import (
    location_flaws,
    locations_of,
    options_in,
    texts_with_options,
)
from webhook_receiver.profiles.schema.files import SUFFIX, ProfileError, builtin_names, load_profile
from webhook_receiver.profiles.schema.model import AuthTable, DigestAuth, HmacAuth, ProfileFile
from webhook_receiver.profiles.schema.trust import Trust, trust_in
from worker.domain.signing import SIGNATURE_METHOD
from worker.settings.problems import Problem, validation_error

WHICH_METHOD = ""
"""Stands for the method of secrets that are a plain list, when the profile has several methods."""
SHORTEST_TOKEN_IN_URL = 16
"""Bytes. A token in a URL is read by more eyes."""


@dataclass(frozen=True, slots=True)
class ChosenProfile:
    """The profile of a source: its name, or the path of its file. *file* is None for a native profile.

    *options* are what the source sets of the options that the profile declares, as they are written.
    """

    name: str
    file: ProfileFile | None = None
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its methods of authentication."""
        return tuple(self.file.auth) if self.file else (SIGNATURE_METHOD,)


def choose_profile(name: str, folder: Path) -> ChosenProfile:
    """Return the profile *name*: a native one, a built-in one, or a file, whose path begins at *folder*.

    Raises `ProfileError`.
    """
    if name in NATIVE_PROFILES:
        return ChosenProfile(name)
    if name.endswith(SUFFIX):
        return ChosenProfile(name, load_profile(str(folder / name)))
    if name not in builtin_names():
        names = ", ".join((*NATIVE_PROFILES, *builtin_names()))
        raise ProfileError(f"must be one of: {names}; or the path of your own profile, which ends in {SUFFIX}")
    return ChosenProfile(name, load_profile(name))


def read_profile(value: object) -> ChosenProfile:
    """Return a profile that was chosen, or raise ValueError with the sentences of its `ProfileError`."""
    match value:
        case ChosenProfile():
            return value
        case ProfileError():
            raise validation_error(*(Problem((), sentence) for sentence in value.sentences))
    raise ValueError("must be the name of a profile, or the path of a profile file")


def with_profile(name: str, source: Mapping[str, Any], folder: Path, settings: Sequence[str]) -> dict[str, Any]:
    """Return the table of the source *name* with its profile, whose options are no keys of the table any more.

    *settings* are the names of a source's settings. Without a usable profile, nobody knows its options: then all other
    keys are left out, so that only the profile's own mistake is reported.
    """
    written = source.get("profile", name)
    try:
        chosen = choose_profile(written, folder) if isinstance(written, str) else None
        _refuse_options_like_settings(chosen, settings)
    except ProfileError as error:
        known = {key: value for key, value in source.items() if key in settings}
        return {**_with_secrets(known, (SIGNATURE_METHOD,)), "profile": error}
    if chosen is None:
        return dict(source)
    options = {key: value for key, value in source.items() if chosen.file and key in chosen.file.options}
    rest = {key: value for key, value in source.items() if key not in options}
    if chosen.file:
        rest.setdefault("max_body", chosen.file.max_body)
    profile = ChosenProfile(chosen.name, chosen.file, options)
    return {**_with_secrets(rest, chosen.methods), "profile": profile}


def _refuse_options_like_settings(chosen: ChosenProfile | None, settings: Sequence[str]) -> None:
    options = chosen.file.options if chosen and chosen.file else {}
    if chosen and (taken := [name for name in options if name in settings]):
        raise ProfileError(f"{chosen.name}: options.{taken[0]} has the name of a setting of every source")


def _with_secrets(source: dict[str, Any], methods: Sequence[str]) -> dict[str, Any]:
    """Return *source* with its secrets by method: a plain list is for the only method of the profile."""
    secrets = source.get("secrets")
    if secrets is None or isinstance(secrets, dict):
        return source
    return {**source, "secrets": {methods[0] if len(methods) == 1 else WHICH_METHOD: secrets}}


def secret_problems(chosen: ChosenProfile, secrets: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Yield the problems of a source's secrets, by method, with its profile."""
    for name, texts in secrets.items():
        if name == WHICH_METHOD:
            names = ", ".join(chosen.methods)
            yield Problem(("secrets",), f"must be a table, because the profile has several methods: {names}")
        elif name not in chosen.methods:
            methods = " or ".join(chosen.methods)
            sentence = f"is for no method of the profile {chosen.name}, which authenticates by {methods}"
            yield Problem(("secrets", name), sentence)
        elif chosen.file:
            yield from (Problem(("secrets", name), flaw) for flaw in _secret_flaws(chosen.file, name, texts))


def _secret_flaws(profile: ProfileFile, name: str, secrets: Sequence[str]) -> Iterator[str]:
    method = profile.auth[name]
    is_in_url = trust_in(method, profile.document.unwrap) is Trust.URL
    if is_in_url and min(len(secret.encode()) for secret in secrets) < SHORTEST_TOKEN_IN_URL:
        yield f"must be at least {SHORTEST_TOKEN_IN_URL} bytes long, because it is a part of the URL"
    if isinstance(method, HmacAuth | DigestAuth):
        yield from (flaw for secret in secrets if (flaw := _form_flaw(secret, method)))


def _form_flaw(secret: str, method: HmacAuth | DigestAuth) -> str:
    try:
        key_of(secret, method.secret_form)
    except ValueError as error:
        return str(error)
    return ""


def option_problems(chosen: ChosenProfile, methods: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of a source's options with its profile. *methods* are those for which it has secrets."""
    if chosen.file:
        values = {name: chosen.options.get(name, option.default) for name, option in chosen.file.options.items()}
        used = {name: method for name, method in chosen.file.auth.items() if name in methods}
        wrong = list(_wrong_values(chosen.file, used, values))
        yield from wrong or _misfits(used, {name: str(value) for name, value in values.items() if value is not None})


def _wrong_values(
    profile: ProfileFile, used: Mapping[str, AuthTable], values: Mapping[str, object]
) -> Iterator[Problem]:
    """Yield the options without a usable value. What only a method without secrets needs is no mistake."""
    needed = {
        option for method in used.values() for _, text in texts_with_options(method) for option in options_in(text)
    }
    for name, value in values.items():
        if value is None:
            if name in needed:
                yield Problem((name,), f"is missing: {profile.options[name].help.rstrip('.')}")
        elif not isinstance(value, str) or not value.isprintable() or not value.isascii() or set(value) & set("{}"):
            yield Problem((name,), "must be a printable ASCII text without braces")


def _misfits(used: Mapping[str, AuthTable], values: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the options with which a method looks for its value in a place that cannot be."""
    for name, method in used.items():
        for key, text in locations_of(method):
            for option in options_in(text)[:1]:
                flaws = location_flaws(f"auth.{name}.{key}", text, values)
                yield from (
                    Problem((option,), f"does not fit {flaw.key}, which then {flaw.sentence}") for flaw in flaws
                )


def status_problems(chosen: ChosenProfile, words: Iterable[str]) -> Iterator[Problem]:
    """Yield those of a source's own status words that no delivery can have with its profile."""
    status = chosen.file.status if chosen.file else None
    if status:
        for word in words:
            flaw = word_flaw(word, fields=len(status.from_), fold=status.fold)
            if flaw:
                yield Problem(("statuses", word), flaw)
