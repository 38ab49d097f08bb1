"""Says why a method of authentication does not pass. No secret and no signature is in the words."""

import re
from collections.abc import Mapping

from webhook_receiver.profiles.engine.authentication import Location, Method, OpenedRequest
from webhook_receiver.profiles.engine.messages import filled
from webhook_receiver.profiles.engine.values import NoText
from webhook_receiver.profiles.trial.carriers import DIGEST_SIZES, decodings
from webhook_receiver.profiles.trial.outline import similar_paths
from webhook_receiver.profiles.trial.steps import counted, quoted
from worker.domain.errors import Unusable

_HEX = re.compile("[0-9a-fA-F]+")
_TIME = re.compile("[0-9]{10}")
_PUBLIC_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,20}[=: ] ?")
"""The beginning of a value that is no part of a secret or a signature: `sha256=`, `Bearer `."""


def described(method: Method) -> str:
    """Return what *method* looks at: `HMAC-SHA256 in hex of {body}, in header X-Sig`."""
    place = f"in {place_of(method.location)}" + (f" behind {quoted(method.prefix)}" if method.prefix else "")
    match method.kind:
        case "static":
            return f"the secret itself, {place}"
        case "basic":
            return f"HTTP Basic, {place}"
        case "hmac":
            kind = f"HMAC-{method.hash.upper()}"
        case _:
            kind = f"{method.hash.upper()} digest"
    return f"{kind} in {_encoding(method)} of {method.message.text}, {place}"


def place_of(location: Location) -> str:
    """Return where a value is: `header X-Sig`, `item v1 of header X-Sig`."""
    item = f"item {location.item} of " if location.item else ""
    return f"{item}{location.part if location.part == 'header' else f'{location.part} field'} {location.name}"


def why_not(method: Method, opened: OpenedRequest) -> str:
    """Return why *method*, which does not pass, does not pass."""
    try:
        return _missing(method.location, opened) or _time_flaw(method, opened) or _value_flaw(method, opened)
    except Unusable as error:
        return f"a field of the body is needed, but the body cannot be read: {error.reason.meaning}"
    except NoText:
        return "a field of the body that is needed is a number with a fraction, a list or an object"


def _missing(location: Location, opened: OpenedRequest) -> str:
    if opened.text_at(location) is not None:
        return ""
    whole = opened.text_at(location._replace(item=""))
    if location.item and whole is not None:
        return f"{place_of(location._replace(item=''))} has no single item {location.item}: it is {shape_of(whole)}"
    if location.part == "body" and location.path:
        similar = similar_paths(opened.document, location.path)
        hint = f"; there is {', '.join(similar)}" if similar else ""
        return f"{place_of(location)} is missing{hint}"
    names = ", ".join(sorted(opened.request.headers)) or "none"
    return f"{place_of(location)} is missing" + (f"; the request has: {names}" if location.part == "header" else "")


def _time_flaw(method: Method, opened: OpenedRequest) -> str:
    if method.time is None:
        return ""
    text = opened.text_at(method.time)
    if text is None:
        return f"the signed time is missing: {_missing(method.time, opened)}"
    if not _TIME.fullmatch(text):
        return f"the signed time in {place_of(method.time)} must be ten digits, and is {shape_of(text)}"
    return ""


def _value_flaw(method: Method, opened: OpenedRequest) -> str:
    text = opened.text_at(method.location) or ""
    place = place_of(method.location)
    if not text.startswith(method.prefix):
        return f"{place} does not begin with {quoted(method.prefix)}: it is {shape_of(text)}"
    value = text.removeprefix(method.prefix)
    if method.kind == "basic":
        return _basic_flaw(place, value)
    if method.kind == "static":
        return f"{place} holds another value than the secret: {counted(len(value), 'character')}" + _difference(
            value, method.keys
        )
    filled(method.message, opened.values(""))
    wanted = DIGEST_SIZES[method.hash]
    if not any(encoding == method.encoding and len(raw) == wanted for encoding, raw in decodings(value)):
        size = f"{wanted * 2} hex digits" if method.encoding == "hex" else f"{(wanted + 2) // 3 * 4} characters"
        return f"{place} holds {shape_of(value)}; the profile says {_encoding(method)} of {method.hash}, so {size}"
    return f"{place} has the right form, but another value: the secret, the message or the body differs"


def _basic_flaw(place: str, value: str) -> str:
    scheme, space, _ = value.partition(" ")
    if scheme.lower() != "basic" or not space:
        return f"{place} does not begin with “Basic ”: it is {shape_of(value)}"
    return f"{place} has another user or password; the secret must be user:password"


def _difference(value: str, keys: tuple[bytes, ...]) -> str:
    texts = [key.decode(errors="replace") for key in keys]
    if any(text.lower() == value.lower() for text in texts):
        return ", which differs in upper and lower case only"
    if any(text.strip() == value.strip() for text in texts):
        return ", which differs in spaces at its ends only"
    sizes = " or ".join(sorted({str(len(text)) for text in texts}))
    return f"; the secret has {sizes}"


def shape_of(text: str) -> str:
    """Return what *text* looks like, without saying what it is: `44 characters of Base64 (32 bytes)`."""
    if not text:
        return "empty"
    prefix = _PUBLIC_PREFIX.match(text)
    rest = text[prefix.end() :] if prefix else text
    kinds: Mapping[str, bytes] = dict(decodings(rest))
    if "hex" in kinds:
        shape = f"{counted(len(rest), 'hex digit')}"
    elif kinds and len(rest) > 15:  # noqa: PLR2004 - a shorter text is Base64 by accident
        encoding, raw = next(iter(kinds.items()))
        name = "Base64" if encoding == "base64" else encoding
        shape = f"{counted(len(rest), 'character')} of {name} ({counted(len(raw), 'byte')})"
    elif rest.isdigit():
        shape = counted(len(rest), "digit")
    else:
        return counted(len(text), "character")
    return f"{shape} behind {quoted(prefix[0])}" if prefix else shape


def _encoding(method: Method) -> str:
    return "Base64" if method.encoding == "base64" else "hex"
