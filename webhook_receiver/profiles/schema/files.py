"""Finds and reads profile files: the built-in ones, and those of a merchant."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.checks import flaws_of
from webhook_receiver.profiles.schema.flaws import Flaw
from webhook_receiver.profiles.schema.lines import KeyLines
from webhook_receiver.profiles.schema.model import LARGEST_INTEGER, ProfileFile
from worker.domain.errors import FulfillmentError
from worker.domain.text import clean_text
from worker.text_files import UnreadableFile, read_text_file

SUFFIX = ".toml"
MAX_BYTES = 131_072
MAX_FLAWS = 10
MAX_DOTS = 200
"""In one line."""
MAX_SENTENCE = 1000
"""Characters."""
TOO_LONG = "a number is too long"
_FOLDER = Path(__file__).parent.with_name("builtin")
_SENTENCES = {
    "extra_forbidden": "is not a known key",
    "missing": "is missing",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "tuple_type": "must be a list",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "union_tag_not_found": "needs kind: static, basic, hmac or digest",
    "union_tag_invalid": "must have the kind static, basic, hmac or digest",
}


class ProfileError(FulfillmentError):
    """A profile file cannot be used. Each of *sentences* names the file, the line and the key, and says why.

    *everything* has all sentences, if they are more than those that are worth a look at the start.
    """

    reason = "profile_invalid"

    def __init__(self, *sentences: str, everything: Sequence[str] = ()) -> None:
        super().__init__("\n".join(sentences))
        self.sentences, self.everything = sentences, tuple(everything) or sentences


@cache
def builtin_names() -> tuple[str, ...]:
    """Return the names of the built-in profiles."""
    return tuple(sorted(path.stem for path in _FOLDER.glob(f"*{SUFFIX}")))


def load_profile(name: str, called: str = "") -> ProfileFile:
    """Return the built-in profile *name*, or the profile in the file *name*, which ends in `.toml`.

    Raises `ProfileError`, whose sentences call the file *called*, by default by its name without the folder.
    """
    if name.endswith(SUFFIX):
        path = Path(name)
        if path.stem in {*builtin_names(), *NATIVE_PROFILES} and not path.resolve().is_relative_to(_FOLDER):
            name = clean_text(called or path.name)
            raise ProfileError(f"{name} has the name of the built-in profile {path.stem}: rename it")
        return read_profile(path, called)
    if name not in builtin_names():
        raise ProfileError(f"there is no built-in profile {clean_text(name)}; there are {', '.join(builtin_names())}")
    return _builtin(name)


@cache
def _builtin(name: str) -> ProfileFile:
    return read_profile(_FOLDER / f"{name}{SUFFIX}")


def read_profile(path: Path, called: str = "") -> ProfileFile:
    """Return the profile in the file at *path*. Raises `ProfileError` with a sentence for each flaw.

    The sentences call the file *called*, by default by its name without the folder.
    """
    name = clean_text(called or path.name)
    try:
        text = read_text_file(path, MAX_BYTES)
    except UnreadableFile as error:
        raise ProfileError(f"{name} {error}") from error
    return parse_profile(text, name)


def parse_profile(text: str, name: str) -> ProfileFile:
    """Return the profile in *text*, which messages call *name*. Raises `ProfileError`."""
    try:
        profile = ProfileFile.model_validate(_table(text, name))
        flaws = flaws_of(profile)
    except ValidationError as error:
        flaws = _flaws(error.errors(include_url=False, include_input=False))
    else:
        if not flaws:
            return profile
    texts = {f"{clean_text(flaw.key)} {flaw.sentence}": flaw.key for flaw in flaws}
    lines = KeyLines(text)
    sentences = [f"{name}{lines.suffix(key)}: {clean_text(text, MAX_SENTENCE)}" for text, key in texts.items()]
    raise ProfileError(*_first(sentences, name), everything=sentences)


def _table(text: str, name: str) -> dict[str, object]:
    """Return the table that the TOML in *text* writes. Raises `ProfileError`."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_DOTS:  # the parser's time grows with the square of the parts of a dotted key
            raise ProfileError(f"{name} has more than {MAX_DOTS} dots in line {number}")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:
        reason = TOO_LONG
    else:
        if not _has_long_number(table):
            return table
        reason = TOO_LONG
    raise ProfileError(f"{name} is not valid TOML: {clean_text(reason)}")


def _has_long_number(value: object) -> bool:
    """Tell whether a number is in *value* that Python cannot show: one of more than 4,300 digits."""
    if isinstance(value, dict | list):
        return any(map(_has_long_number, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and abs(value) > LARGEST_INTEGER


def _first(sentences: list[str], name: str) -> Iterator[str]:
    yield from sentences[:MAX_FLAWS]
    if len(sentences) > MAX_FLAWS:
        yield f"{name}: … and {len(sentences) - MAX_FLAWS} more"


def _flaws(details: list[ErrorDetails]) -> list[Flaw]:
    """Return the flaws that pydantic found. A list with a wrong item seems too short as well, which is left out."""
    wrong = {_flaw(detail).key for detail in details if detail["type"] != "too_short"}
    return [_flaw(detail) for detail in details if detail["type"] != "too_short" or _flaw(detail).key not in wrong]


def _flaw(detail: ErrorDetails) -> Flaw:
    """Return a flaw that pydantic found, in our words."""
    kinds = {"static", "basic", "hmac", "digest"}
    parts = [part for part in detail["loc"] if isinstance(part, str) and part not in {"[key]", "function-plain"}]
    keys = [part for index, part in enumerate(parts) if not (index == 2 and parts[0] == "auth" and part in kinds)]  # noqa: PLR2004 - auth.NAME.KIND
    return Flaw(".".join(keys) or "it", _sentence(detail))


def _sentence(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    if detail["type"] in {"literal_error", "enum"}:
        return f"must be {context['expected']}"
    demand = detail["msg"].partition(",")[0].removesuffix(" after validation")
    return _SENTENCES.get(detail["type"]) or re.sub("^[A-Z][a-z]+ should ", "must ", demand)
