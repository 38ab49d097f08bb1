"""The settings described, for the README's table and for advice on misspelt keys."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from enum import Enum
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from worker.order_api.platforms import PLATFORMS
from worker.settings.accounts import AccountSettings
from worker.settings.given import variable
from worker.settings.model import Settings
from worker.settings.sources import SourceSettings
from worker.settings.values import UNITS

NAME = "<name>"


class Described(NamedTuple):
    """One setting. *default* is empty when it must be given; secrets have a twin key that ends in `_file`.

    *platform* names the one whose accounts have it; empty for what all of them have.
    """

    key: str
    environment: str
    default: str
    meaning: str
    platform: str = ""


def describe() -> list[Described]:
    """Return every setting, in the order of the tables; `<name>` stands for an account's or a source's."""
    return [
        Described(".".join(path), variable(path), _default(field), _meaning(field), platform)
        for path, field, platform in _fields()
    ]


def secret_keys() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the keys that hold one secret, and of those that hold a list of them."""
    held = {path[-1]: field.annotation for path, field, _ in _fields() if _mentions(field.annotation, SecretStr)}
    lists = frozenset(key for key, annotation in held.items() if _mentions(annotation, Ellipsis))
    return frozenset(held) - lists, lists


def _fields() -> Iterator[tuple[tuple[str, ...], FieldInfo, str]]:
    """Yield the path of each setting, its field, and the platform that alone has it."""
    yield from _of(Settings, (), leave_out={"accounts", "sources"})
    yield from _of(AccountSettings, ("accounts", NAME), leave_out={"credentials"})
    for name, platform in PLATFORMS.items():
        yield from _of(platform.credentials, ("accounts", NAME), platform=name)
    yield from _of(SourceSettings, ("sources", NAME))


def _of(
    model: type[BaseModel], above: tuple[str, ...], leave_out: Collection[str] = (), platform: str = ""
) -> Iterator[tuple[tuple[str, ...], FieldInfo, str]]:
    return (((*above, name), field, platform) for name, field in model.model_fields.items() if name not in leave_out)


def _mentions(annotation: object, part: object) -> bool:
    return annotation is part or any(_mentions(inner, part) for inner in get_args(annotation))


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _default(field: FieldInfo) -> str:
    match field.json_schema_extra:
        case {"default": str(words)}:
            return words
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
    name, unit = next((name, unit) for name, unit in reversed(UNITS.items()) if not value % unit or name == "ms")
    return f"{value // unit}{name}" if value else "0s"
