"""The options of the command line that not every platform has: what each must be told about the account."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """*says* is its help. Without a *default* it is required. *words*: the values it may have; none: any text."""

    says: str
    default: str | None = None
    words: tuple[str, ...] = ()


def own_options(own: Mapping[str, Option], told: Mapping[str, str | None]) -> dict[str, str]:
    """Give every option in *own* its value, from *told* or by default; None there is an option not given.

    Raise ValueError, whose text is a sentence, for an option that is foreign to *own*, or required and missing.
    """
    given = {name: value for name, value in told.items() if value is not None}
    if foreign := given.keys() - own.keys():
        raise ValueError(f"it has no {_spelled(foreign)}.")
    values = {name: given.get(name, option.default) for name, option in own.items()}
    if missing := [name for name, value in values.items() if value is None]:
        raise ValueError(f"it requires {_spelled(missing)}.")
    return {name: value for name, value in values.items() if value is not None}


def _spelled(names: "set[str] | list[str]") -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in sorted(names))
