"""Writes settings files of our own making: for the playground, and for a demo that is kept."""

import json
from collections.abc import Iterator, Mapping

Values = Mapping[str, str | int | bool]


def settings_text(note: str, tables: Mapping[str, Values]) -> str:
    """Return the text of a settings file with *note* as its first line, and the values of each table.

    The table with the empty name has the general settings, and comes first. Each name of a table is dotted, as in
    `accounts.main`. Every character of a value is kept.
    """
    general = {"": tables.get("", {})}
    parts = [_part(name, values) for name, values in {**general, **tables}.items()]
    return "\n\n".join([f"# {note}", *filter(None, ("\n".join(part) for part in parts))]) + "\n"


def _part(name: str, values: Values) -> Iterator[str]:
    if name and values:
        yield f"[{name}]"
    for key, value in values.items():
        # A text of JSON is a basic string of TOML, except for DEL. TOML has no pairs of surrogates for one character.
        text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        yield f"{key} = {text}"
