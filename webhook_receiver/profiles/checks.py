"""The rules between the keys of a profile. What is wrong is an error at start, and nothing is guessed."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from webhook_receiver.profiles.compilation import location_of, rows_of
from webhook_receiver.profiles.model import DigestAuth, HmacAuth, ProfileFile, is_header_name
from webhook_receiver.profiles.paths import EACH, Path
from webhook_receiver.profiles.statuses import word_of
from webhook_receiver.profiles.trust import partly_signed

_OPTION = re.compile(r"\{option:([^{}]*)\}")


class Flaw(NamedTuple):
    """One wrong key. *sentence* completes the key's name, without a full stop."""

    key: str
    sentence: str


def flaws_of(profile: ProfileFile) -> list[Flaw]:
    """Return what is wrong between the keys of *profile*."""
    found = [*_auth(profile), *_options(profile)]
    if not profile.capture:
        found += [*_order(profile), *_paths(profile), *_times(profile), *_keys(profile), *_rows(profile)]
    return found


def _auth(profile: ProfileFile) -> Iterator[Flaw]:
    if not profile.auth:
        yield Flaw("auth", "is missing: without an [auth.NAME], anybody could report deliveries")
    examples = {name: option.default or "X" for name, option in profile.options.items()}
    for name, method in profile.auth.items():
        key = f"auth.{name}"
        yield from _location(f"{key}.from", method.from_, examples)
        if not isinstance(method, HmacAuth | DigestAuth):
            continue
        message = method.message
        if isinstance(method, DigestAuth) and not message.has("secret"):
            yield Flaw(f"{key}.message", "must hold {secret}: without it, anybody can compute the digest")
        if isinstance(method, HmacAuth) and not (message.has("body") or message.has("field")):
            yield Flaw(f"{key}.message", "must hold {body} or a {field:PATH}: else it signs nothing of the delivery")
        if message.has("time") and method.time is None:
            yield Flaw(f"{key}.time", "is missing, but the message holds {time}")
        if method.time is not None:
            yield from _location(f"{key}.time.from", method.time.from_, examples)
            if not message.has("time"):
                yield Flaw(f"{key}.time", "is not signed: the message does not hold {time}")


def _location(key: str, text: str, options: Mapping[str, str]) -> Iterator[Flaw]:
    try:
        location = location_of(text, options)
    except ValueError as error:
        yield Flaw(key, str(error))
        return
    if location.part == "header" and not is_header_name(location.name):
        yield Flaw(key, "names a header that cannot be one")
    if location.path and location.path.depth:
        yield Flaw(key, "must lead to one field, without []")


def _options(profile: ProfileFile) -> Iterator[Flaw]:
    used = {}
    for name, method in profile.auth.items():
        for key, text in _texts_with_options(method):
            used |= dict.fromkeys(_OPTION.findall(text), f"auth.{name}.{key}")
    yield from (
        Flaw(key, f"uses the option {name}, which is not declared: add [options.{name}]")
        for name, key in used.items()
        if name not in profile.options
    )
    yield from (Flaw(f"options.{name}", "is never used") for name in profile.options if name not in used)


def _texts_with_options(method: object) -> Iterator[tuple[str, str]]:
    yield "from", getattr(method, "from_", "")
    if isinstance(method, HmacAuth | DigestAuth):
        yield "message", method.message.text
        if method.time:
            yield "time.from", method.time.from_


def _order(profile: ProfileFile) -> Iterator[Flaw]:
    read = profile.read
    if not (read.order or read.number or read.tracking):
        yield Flaw("read", "needs order, number or tracking: else no delivery names its order")
    if profile.status is None:
        yield Flaw("status", "is missing")


def _all_paths(profile: ProfileFile) -> Iterator[tuple[str, Path]]:
    """Yield each path that may have `[]`, with its key."""
    for field in type(profile.read).model_fields:
        if field not in {"times", "time_of"}:
            yield from ((f"read.{field}", path) for path in getattr(profile.read, field))
    for word, paths in profile.read.time_of.items():
        yield from ((f"read.time_of.{word}", path) for path in paths)
    yield from (("status.from", path) for path in (profile.status.from_ if profile.status else ()))
    yield from (("document.only", path) for path in profile.document.only)
    yield from (("document.skip", path) for path in profile.document.skip)


def _paths(profile: ProfileFile) -> Iterator[Flaw]:
    document = profile.document
    paths = list(_all_paths(profile))
    if document.unwrap and document.unwrap.depth:
        yield Flaw("document.unwrap", "must lead to one field, without []")
    if document.each is None:
        yield from (
            Flaw(key, f"has [] in {path.text}, but document.each is missing") for key, path in paths if path.depth
        )
        if document.pick == "latest":
            yield Flaw("document.pick", "needs document.each")
        return
    whole = document.each.skeleton
    if document.each.parts[-1] is not EACH:
        yield Flaw("document.each", "must end in []")
    for key, path in paths:
        if path.depth and path.skeleton != whole[: len(path.skeleton)]:
            yield Flaw(key, f"does not begin with {document.each.text} in {path.text}")
    if not any(path.skeleton == whole for key, path in paths if not key.startswith("document.")):
        yield Flaw("document.each", "is not repeated by any path of [read] or [status]")
    if document.pick == "latest" and not _has_time(profile):
        yield Flaw("document.pick", "needs read.time")


def _has_time(profile: ProfileFile) -> bool:
    return bool(profile.read.time or profile.read.time_parts or profile.read.time_of)


def _times(profile: ProfileFile) -> Iterator[Flaw]:
    read = profile.read
    if read.time and read.time_parts:
        yield Flaw("read.time_parts", "and read.time cannot both be set")
    if "times" in read.model_fields_set and not _has_time(profile):
        yield Flaw("read.times", "is never used: read.time is missing")
    first_cells = {text for row in profile.status.rows for text in row[0]} if profile.status else set()
    for word in read.time_of:
        if word not in first_cells:
            yield Flaw(f"read.time_of.{word}", "is in no row of status.rows")


def _keys(profile: ProfileFile) -> Iterator[Flaw]:
    for name, fields in partly_signed(profile).items():
        if not profile.read.key:
            yield Flaw(
                "read.key", f"is missing: auth.{name} signs single fields only, and the key must consist of them"
            )
        for key in ("key", "id"):
            unsigned = [path.text for path in getattr(profile.read, key) if path.text not in fields]
            if unsigned:
                yield Flaw(f"read.{key}", f"has {', '.join(unsigned)}, which auth.{name} does not sign")


def _rows(profile: ProfileFile) -> Iterator[Flaw]:
    status = profile.status
    if status is None:
        return
    wanted = len(status.from_) + 1
    wrong = [number for number, row in enumerate(status.rows, 1) if len(row) != wanted or len(row[-1]) != 1]
    for number in wrong:
        yield Flaw(
            "status.rows",
            f"has row {number}, which must be {wanted - 1} {'cell' if wanted == 2 else 'cells'} and one event",
        )  # noqa: PLR2004 - one cell and the event
    if wrong:
        return
    try:
        rows = rows_of(status)
    except ValueError as error:
        yield Flaw("status.rows", str(error))
        return
    for number, row in enumerate(rows, 1):
        hiding = next((n for n, earlier in enumerate(rows[: number - 1], 1) if earlier.hides(row)), 0)
        if hiding:
            yield Flaw(
                "status.rows",
                f"has row {number} ({word_of(_first_texts(status.rows[number - 1]))}), which row {hiding} hides",
            )


def _first_texts(row: tuple[tuple[str, ...], ...]) -> list[str]:
    return [cell[0] for cell in row[:-1]]
