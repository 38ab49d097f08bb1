"""Reads the values of a profile's keys. Each function raises ValueError; the error's text completes "<key> …"."""

import json
from zoneinfo import ZoneInfo

from webhook_receiver.profiles.engine.messages import Template, parse_template
from webhook_receiver.profiles.engine.paths import Path, parse_path
from webhook_receiver.profiles.engine.statuses import MAX_CELL
from webhook_receiver.profiles.engine.times import parser_of

MAX_PATHS, MAX_TEXTS, MAX_MESSAGE = 20, 200, 1000


def read_path(value: object) -> Path:
    """Return the path that *value* writes."""
    if not isinstance(value, str):
        raise ValueError("must be a path such as data.order.number")  # noqa: TRY004 - pydantic wants ValueError
    return parse_path(value)


def read_paths(value: object) -> tuple[Path, ...]:
    """Return the paths of a list, or of a single path."""
    items = value if isinstance(value, list | tuple) else [value]
    if not 1 <= len(items) <= MAX_PATHS:
        raise ValueError(f"must be a path, or a list of 1 to {MAX_PATHS} paths")
    return tuple(map(read_path, items))


def read_template(value: object) -> Template:
    """Return the template of a message."""
    if not isinstance(value, str):
        raise ValueError("must be a text such as {time}.{body}")  # noqa: TRY004 - pydantic wants ValueError
    if len(value) > MAX_MESSAGE:
        raise ValueError(f"must have at most {MAX_MESSAGE} characters")
    return parse_template(value)


def read_zone(value: object) -> ZoneInfo:
    """Return the time zone with this name."""
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be a time zone such as Asia/Riyadh or UTC") from error


def check_format(name: str) -> str:
    """Return the format of a time, if it is one."""
    parser_of(name)
    return name


def check_location(text: str) -> str:
    """Return the text of a location, if it says in which part of a request the value is."""
    part, colon, name = text.partition(":")
    if part not in {"header", "body", "query"} or not colon or not name:
        raise ValueError("must be header:NAME, query:NAME or body:PATH")
    return text


def read_cell(value: object) -> tuple[str, ...]:
    """Return the texts of one cell: a text, or a list of texts."""
    texts = value if isinstance(value, list | tuple) else [value]
    if not 1 <= len(texts) <= MAX_TEXTS or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"must have texts, or lists of 1 to {MAX_TEXTS} texts, in its rows")
    if max(map(len, texts)) > MAX_CELL:
        raise ValueError(f"has a text of more than {MAX_CELL} characters, which no status can have")
    return tuple(map(str, texts))


def read_texts(value: object) -> frozenset[str]:
    """Return the texts that a condition compares with."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str | bool | int) for item in items):
        raise ValueError("must be a list of texts, whole numbers, true or false")
    return frozenset(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def check_name(name: str) -> str:
    """Return the name of a table, if a setting can have this name."""
    if not name.replace("_", "a").isalnum() or not name.isascii() or name != name.lower() or name.endswith("_file"):
        raise ValueError("has a name that is not made of lower-case letters, digits and underscores, or ends in _file")
    return name


def check_json(text: str) -> str:
    """Return *text*, if it is JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("must be JSON text") from error
    return text
