"""Descriptions of all settings, for the reference and for advice on misspelt keys."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from worker.order_api.platforms import PLATFORMS
from worker.settings.accounts import AccountSettings
from worker.settings.console import ConsoleSettings
from worker.settings.model import Settings
from worker.settings.names import ANY_NAME, FILE_SUFFIX, TABLES, KeyPath, SecretKeys, dotted, variable_name
from worker.settings.sources import SourceSettings
from worker.settings.values import UNITS


class SettingDescription(NamedTuple):
    """One setting. *default* is empty for a required setting.

    *platform* is the platform whose accounts alone have the setting; empty if all accounts have it. The twin keys of
    secrets, with `_file` at their end, have no description of their own.
    """

    key: str
    environment: str
    default: str
    meaning: str
    platform: str = ""


def describe() -> list[SettingDescription]:
    """Return every setting, table by table. `<name>` stands for the name of an account or a source."""
    return [
        SettingDescription(dotted(path), variable_name(path), _default(field), _meaning(field), platform)
        for path, field, platform in _fields()
    ]


def described_keys() -> Iterator[KeyPath]:
    """Yield the path of every setting, and of the twin key of every secret."""
    secrets = secret_keys()
    for path, _, _ in _fields():
        yield path
        if path[-1] in secrets.singles | secrets.lists:
            yield (*path[:-1], path[-1] + FILE_SUFFIX)


@cache
def secret_keys() -> SecretKeys:
    """Return the keys that hold secrets."""
    annotations = {path[-1]: field.annotation for path, field, _ in _fields() if _mentions(field.annotation, SecretStr)}
    lists = frozenset(key for key, annotation in annotations.items() if _mentions(annotation, Ellipsis))
    return SecretKeys(singles=frozenset(annotations) - lists, lists=lists)


def _fields() -> Iterator[tuple[KeyPath, FieldInfo, str]]:
    """Yield for each setting its path, its field, and its platform as in `SettingDescription`."""
    yield from _fields_of(Settings, (), without={*TABLES, "console"})
    yield from _fields_of(ConsoleSettings, ("console",))
    yield from _fields_of(AccountSettings, ("accounts", ANY_NAME), without={"credentials"})
    for name, platform in PLATFORMS.items():
        yield from _fields_of(platform.credentials, ("accounts", ANY_NAME), platform=name)
    yield from _fields_of(SourceSettings, ("sources", ANY_NAME))


def _fields_of(
    model: type[BaseModel], above: KeyPath, without: Collection[str] = (), platform: str = ""
) -> Iterator[tuple[KeyPath, FieldInfo, str]]:
    return (((*above, name), field, platform) for name, field in model.model_fields.items() if name not in without)


def _mentions(annotation: object, part: object) -> bool:
    """Tell whether *part* occurs anywhere in a type annotation."""
    return annotation is part or any(_mentions(inner, part) for inner in get_args(annotation))


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _default(field: FieldInfo) -> str:
    match field.json_schema_extra:
        case {"default": str(text)}:
            return text
    if field.is_required():
        return ""
    return _text(field.default)


def _text(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case timedelta():
            return _duration(value)
        case ZoneInfo():
            return value.key
        case Enum():
            return str(value.value)
    return str(value)


def _duration(value: timedelta) -> str:
    """Return a duration in the largest unit that divides it: `5m`."""
    name, unit = next((name, unit) for name, unit in reversed(UNITS.items()) if not value % unit or name == "ms")
    return f"{value // unit}{name}" if value else "0s"
