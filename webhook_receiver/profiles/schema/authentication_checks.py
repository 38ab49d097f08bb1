"""The rules between the keys of `[auth]` and `[options]`, and those on keys that a signature must cover."""

import re
from collections.abc import Collection, Iterator, Mapping

from webhook_receiver.profiles.schema.compilation import location_of
from webhook_receiver.profiles.schema.flaws import Flaw
from webhook_receiver.profiles.schema.model import (
    AuthTable,
    BasicAuth,
    DigestAuth,
    HmacAuth,
    ProfileFile,
    ReadTable,
    is_header_name,
)
from webhook_receiver.profiles.schema.trust import partly_signed

_OPTION = re.compile(r"\{option:([^{}]*)\}")


def methods(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield what is wrong in the methods of authentication."""
    if not profile.auth:
        yield Flaw("auth", "is missing: without an [auth.NAME], anybody could report deliveries")
    examples = {name: option.default or "X" for name, option in profile.options.items()}
    for name, method in profile.auth.items():
        key = f"auth.{name}"
        yield from location_flaws(f"{key}.from", method.from_, examples)
        yield from _prefix(f"{key}.prefix", method)
        if isinstance(method, HmacAuth | DigestAuth):
            yield from _message(f"{key}.message", method)
            yield from _signed_time(f"{key}.time", method, examples)


def _message(key: str, method: HmacAuth | DigestAuth) -> Iterator[Flaw]:
    message = method.message
    if any(place.path and place.path.depth for place in message.places):
        yield Flaw(key, "must name single fields, without []")
    if isinstance(method, DigestAuth) and not message.has("secret"):
        yield Flaw(key, "must hold {secret}: without it, anybody can compute the digest")
    if isinstance(method, HmacAuth) and not (message.has("body") or message.has("field")):
        yield Flaw(key, "must hold {body} or a {field:PATH}: else it signs nothing of the delivery")


def _signed_time(key: str, method: HmacAuth | DigestAuth, examples: Mapping[str, str]) -> Iterator[Flaw]:
    is_signed = method.message.has("time")
    if method.time is None:
        if is_signed:
            yield Flaw(key, "is missing, but the message holds {time}")
        return
    yield from location_flaws(f"{key}.from", method.time.from_, examples)
    if not is_signed:
        yield Flaw(key, "is not signed: the message does not hold {time}")


def _prefix(key: str, method: AuthTable) -> Iterator[Flaw]:
    prefix = "" if isinstance(method, BasicAuth) else method.prefix
    if method.from_.startswith("header:") and not (prefix.isascii() and prefix.isprintable()):
        yield Flaw(key, "must be printable ASCII, as the values of headers are")


def location_flaws(key: str, text: str, options: Mapping[str, str]) -> Iterator[Flaw]:
    """Yield what is wrong in the location *text* of *key*, with these values of the options."""
    if not {*options_in(text)} <= {*options}:
        return  # an option that is not declared has a flaw of its own
    try:
        location = location_of(text, options)
    except ValueError as error:
        yield Flaw(key, str(error))
        return
    if "{" in location.name or "}" in location.name:
        yield Flaw(key, "has a brace outside of {option:NAME}")
    elif not location.name:
        yield Flaw(key, "must be header:NAME, query:NAME or body:PATH")
    elif location.part == "header" and not is_header_name(location.name):
        yield Flaw(key, "names a header that cannot be one")
    if location.path and location.path.depth:
        yield Flaw(key, "must lead to one field, without []")


def options(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield the options that are used and not declared, and those that are declared and never used."""
    used: dict[str, str] = {}
    for name, method in profile.auth.items():
        for key, text in texts_with_options(method):
            used |= dict.fromkeys(options_in(text), f"auth.{name}.{key}")
    yield from (
        Flaw(key, f"uses the option {name}, which is not declared: add [options.{name}]")
        for name, key in used.items()
        if name not in profile.options
    )
    yield from (Flaw(f"options.{name}", "is never used") for name in profile.options if name not in used)


def locations_of(method: AuthTable) -> Iterator[tuple[str, str]]:
    """Yield the locations of *method*, each with its key."""
    yield "from", method.from_
    if isinstance(method, HmacAuth | DigestAuth) and method.time:
        yield "time.from", method.time.from_


def texts_with_options(method: AuthTable) -> Iterator[tuple[str, str]]:
    """Yield the texts of *method* that may have options in them, each with its key."""
    yield from locations_of(method)
    if isinstance(method, HmacAuth | DigestAuth):
        yield "message", method.message.text


def options_in(text: str) -> list[str]:
    """Return the names of the options in *text*."""
    return _OPTION.findall(text)


def keys(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield what is wrong in the fields of an event's key, where a method signs single fields only."""
    unwrap = profile.document.unwrap
    for name, fields in partly_signed(profile).items():
        if unwrap:
            wanted = f"it must hold {{body}} or {{field:{unwrap.text}}}"
            yield Flaw(f"auth.{name}.message", f"signs nothing of the document in {unwrap.text}: {wanted}")
        else:
            yield from _unsigned_keys(profile.read, name, fields)


def _unsigned_keys(read: ReadTable, method: str, fields: Collection[str]) -> Iterator[Flaw]:
    if not read.key:
        yield Flaw("read.key", f"is missing: auth.{method} signs single fields only, and the key must consist of them")
    for key, paths in (("key", read.key), ("id", read.id)):
        unsigned = [path.text for path in paths if path.text not in fields]
        if unsigned:
            yield Flaw(f"read.{key}", f"has {', '.join(unsigned)}, which auth.{method} does not sign")
