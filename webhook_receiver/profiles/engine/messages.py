"""The text that a signature covers, written as a template: `{time}.{body}`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from webhook_receiver.profiles.engine.paths import Path, parse_path
from webhook_receiver.profiles.engine.values import text_of
from worker.domain.signing import split_target

OPTION = "option"
_PLACE = re.compile(r"\{([a-z]+)(?::([^{}]*))?\}")
_NEEDS_ARGUMENT = {"field", "header", OPTION}
_PLAIN = {"body", "method", "path", "query", "time", "secret"}
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^`|~-]{1,100}")
"""A token (RFC 9110, 5.6.2) without `_`, because WSGI servers drop the headers that have one."""


class Place(NamedTuple):
    """One place of a template: its kind, and what it names. A *kind* "" is plain text; a field has its *path*."""

    kind: str
    argument: str = ""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its text as it is written, and its places."""

    text: str
    places: tuple[Place, ...]

    def has(self, kind: str) -> bool:
        """Tell whether a place of this kind is in the template."""
        return any(place.kind == kind for place in self.places)

    def arguments(self, kind: str) -> tuple[str, ...]:
        """Return what the places of this kind name."""
        return tuple(place.argument for place in self.places if place.kind == kind)


@dataclass(frozen=True, slots=True)
class SignedValues:
    """What the places of a message can be filled with. *document* returns the outer document, or raises."""

    method: str
    target: bytes
    headers: Mapping[str, str]
    body: bytes
    document: Callable[[], object]
    time: str = ""
    public_prefix: str = ""


def parse_template(text: str) -> Template:
    """Return the template that *text* writes. Raises ValueError; the error's text completes "<key> …"."""
    places: list[Place] = []
    end = 0
    for match in _PLACE.finditer(text):
        kind, argument = match[1], match[2]
        if (argument is None) != (kind in _PLAIN) or kind not in _PLAIN | _NEEDS_ARGUMENT:
            raise ValueError(f"has {match[0]}, which is none of {_choices()}")
        path = parse_path(argument) if kind == "field" else None
        if kind == "header" and not HEADER_NAME.fullmatch(argument):
            raise ValueError("names a header that cannot be one")
        places += [Place("", text[end : match.start()]), Place(kind, argument or "", path)]
        end = match.end()
    rest = Place("", text[end:])
    plain = [place.argument for place in [*places, rest] if not place.kind]
    if any("{" in part or "}" in part for part in plain):
        raise ValueError(f"has a brace outside of {_choices()}")
    return Template(text, tuple(place for place in [*places, rest] if place.kind or place.argument))


def _choices() -> str:
    return "{body}, {field:PATH}, {header:NAME}, {option:NAME}, {method}, {path}, {query}, {time}, {secret}"


def with_options(text: str, options: Mapping[str, str]) -> str:
    """Return *text* with the value of each option in the place of `{option:NAME}`."""
    return _PLACE.sub(lambda match: options.get(match[2], "") if match[1] == OPTION else match[0], text)


def with_option_values(template: Template, options: Mapping[str, str]) -> Template:
    """Return *template* with the value of each option as plain text in its place, even if it looks like a place."""
    places = (
        Place("", options.get(place.argument, "")) if place.kind == OPTION else place for place in template.places
    )
    return Template(template.text, tuple(places))


def filled(template: Template, values: SignedValues, secret: bytes = b"") -> bytes:
    """Return the message: the template with its places filled.

    Raises `NoText` when a field of the body is a float, a list or an object, and what `values.document` raises.
    """
    return b"".join(_fill(place, values, secret) for place in template.places)


def _fill(place: Place, values: SignedValues, secret: bytes) -> bytes:
    match place.kind:
        case "body":
            return values.body
        case "secret":
            return secret
        case "path":
            return values.public_prefix.encode() + split_target(values.target)[0]
        case "query":
            return split_target(values.target)[1].removeprefix(b"?")
        case "header":
            return values.headers.get(place.argument.lower(), "").encode("latin-1", "replace")
    return _text_in(place, values).encode()


def _text_in(place: Place, values: SignedValues) -> str:
    if place.path is not None:
        return text_of(place.path.value(values.document()))
    return {"method": values.method, "time": values.time}.get(place.kind, place.argument)
