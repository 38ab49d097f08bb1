"""The sources of the settings, and the profiles: what `sources list` and `sources show` print."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.files import builtin_names
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.application.sources.checking import load
from worker.application.sources.chosen import require_choice, settings_for
from worker.application.sources.descriptions import Description, describe
from worker.domain.errors import SettingsError
from worker.settings import load_settings
from worker.settings.carriers import carrying_of
from worker.settings.sources import SourceSettings

_SHOWN = (
    *("allow", "timezone", "number_prefix", "reference", "tracking_hosts"),
    *("public_prefix", "max_body", "tolerance", "stale"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: a source, or a profile, which has no account, no path and no *orders*."""

    name: str
    profile: str
    title: str
    methods: tuple[str, ...]
    trust: str
    account: str = ""
    path: str = ""
    orders: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A source or a profile in full. A profile has no account, no path and no *secrets*.

    *secrets* are the numbers of secrets by method of authentication. *settings* are the other settings of the source.
    *orders* are those that it may report; *by_default*, because no setting of its own says so.
    *no_settings* says why the settings cannot be used, so that nobody knows whether there is such a source.
    """

    name: str
    profile: str
    description: Description
    account: str = ""
    path: str = ""
    secrets: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    no_settings: str = ""
    orders: str = ""
    by_default: bool = False

    @property
    def is_source(self) -> bool:
        """Whether it is a source of the settings."""
        return bool(self.account)


def profile_rows() -> list[Row]:
    """Return the built-in profiles, those of the program itself first."""
    names = (*NATIVE_PROFILES, *builtin_names())
    return [_profile_row(name, describe(name, _file(name))) for name in names]


def _profile_row(name: str, description: Description) -> Row:
    trust = ", ".join(dict.fromkeys(method.trust for method in description.auth))
    return Row(name, name, description.title, description.methods, trust)


def _file(name: str) -> ProfileFile | None:
    return None if name in NATIVE_PROFILES else load(name)


def source_rows() -> list[Row]:
    """Return the sources of the settings. Raises `SettingsError`."""
    return rows_of(load_settings(os.environ).sources)


def rows_of(sources: Mapping[str, SourceSettings]) -> list[Row]:
    """Return a line for each of *sources*."""
    return [_source_row(shown(name, sources)) for name in sources]


def _source_row(source: Shown) -> Row:
    description = source.description
    trust = description.trust(tuple(source.secrets))
    where = (source.account, source.path, source.orders)
    return Row(source.name, source.profile, description.title, description.methods, trust, *where)


def find(name: str) -> Shown:
    """Return the source *name* of the settings, or else the profile *name*.

    Raises `SettingsError`, also for a wrong profile, and `IllegalRequest` when there is neither.
    """
    settings = settings_for(name)
    if isinstance(settings, SettingsError):
        return _profile(name, no_settings=str(settings))
    require_choice(name, settings)
    return shown(name, settings.sources) if name in settings.sources else _profile(name)


def _profile(name: str, *, no_settings: str = "") -> Shown:
    return Shown(name, name, describe(name, _file(name)), no_settings=no_settings)


def shown(name: str, sources: Mapping[str, SourceSettings]) -> Shown:
    """Return the source *name* of *sources*, which are all of the settings. No secret is in it."""
    source = sources[name]
    description = describe(source.profile.name, source.profile.file, source.options)
    settings = {key: _listed(getattr(source, key)) for key in _SHOWN if key in source.model_fields_set}
    return Shown(
        name,
        source.profile.name,
        description,
        source.account,
        f"{source.public_prefix}/webhooks/{name}",
        {method: len(secrets) for method, secrets in source.secrets.items()},
        source.options,
        {**settings, "statuses": len(source.statuses)} if source.statuses else settings,
        orders=carrying_of(sources)[name].orders,
        by_default=source.orders is None,
    )


def _listed(value: object) -> object:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else value
