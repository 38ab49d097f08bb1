"""The command-line options that only one platform has. They describe its account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """*help* is the text for `--help`. An option without a *default* is required.

    *choices* are the allowed values; none: any text.
    """

    help: str
    default: str | None = None
    choices: tuple[str, ...] = ()


def resolve_options(options: Mapping[str, Option], arguments: Mapping[str, str | None]) -> dict[str, str]:
    """Return a value for each of a platform's *options*: its argument, or the default.

    *arguments* has the options of all platforms; the value None means that the option is absent.
    Raise ValueError if another platform's option is present, or a required one is absent.
    The text completes the sentence "<platform> …".
    """
    values = {name: value for name, value in arguments.items() if value is not None}
    if unknown := values.keys() - options.keys():
        raise ValueError(f"does not have {_flags(unknown)}.")
    resolved = {name: values.get(name, option.default) for name, option in options.items()}
    if missing := [name for name, value in resolved.items() if value is None]:
        raise ValueError(f"requires {_flags(missing)}.")
    return {name: value for name, value in resolved.items() if value is not None}


def _flags(names: Iterable[str]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in sorted(names))
