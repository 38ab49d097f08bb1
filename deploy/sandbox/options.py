"""The command-line options that only one platform has: the parts of its account."""

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


def resolve_options(options: Mapping[str, Option], given: Mapping[str, str | None]) -> dict[str, str]:
    """Return a value for each of a platform's *options*: the one in *given*, or the default.

    *given* has the options of all platforms; None means that the option is not given.
    Raise ValueError when another platform's option is given, or a required one is not.
    The text completes the sentence "<platform> …".
    """
    values = {name: value for name, value in given.items() if value is not None}
    if unknown := values.keys() - options.keys():
        raise ValueError(f"does not have {_flags(unknown)}.")
    resolved = {name: values.get(name, option.default) for name, option in options.items()}
    if missing := [name for name, value in resolved.items() if value is None]:
        raise ValueError(f"requires {_flags(missing)}.")
    return {name: value for name, value in resolved.items() if value is not None}


def _flags(names: Iterable[str]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in sorted(names))
