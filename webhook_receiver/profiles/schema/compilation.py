"""From the keys of a profile file to the values that the engine uses, once for each source."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from webhook_receiver.profiles.engine.authentication import Location, Method, key_of
from webhook_receiver.profiles.engine.documents import Condition, Interest
from webhook_receiver.profiles.engine.messages import Template, with_option_values, with_options
from webhook_receiver.profiles.engine.paths import parse_path
from webhook_receiver.profiles.engine.statuses import INFO, Row, StatusTable, cell_of, meaning_of
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.schema.model import (
    AuthTable,
    BasicAuth,
    Conditions,
    DigestAuth,
    DocumentTable,
    HmacAuth,
    ProfileFile,
    StatusTableFile,
)
from worker.domain.text import clean_text

_NO_MESSAGE = Template("", ())


def location_of(text: str, options: Mapping[str, str], item: str = "") -> Location:
    """Return the location that `from` writes. Raises ValueError; the error's text completes "<key> …"."""
    part, _, name = with_options(text, options).partition(":")
    path = parse_path(name) if part == "body" else None
    return Location(cast(Literal["header", "query", "body"], part), name, path, item)


def methods_of(
    profile: ProfileFile, secrets: Mapping[str, Sequence[bytes]], options: Mapping[str, str]
) -> tuple[Method, ...]:
    """Return the methods for which there are *secrets*. Those that must read the body come last.

    Raises ValueError when a secret is not of its form.
    """
    chosen = options_of(profile, options)
    methods = [
        _method(name, profile.auth[name], [secret.decode() for secret in values], chosen)
        for name, values in secrets.items()
    ]
    return tuple(sorted(methods, key=lambda method: method.reads_body))


def options_of(profile: ProfileFile, options: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each option of *profile*: that of *options*, or its default."""
    return {name: options.get(name, option.default or "") for name, option in profile.options.items()}


def secret_headers_of(profile: ProfileFile, options: Mapping[str, str]) -> frozenset[str]:
    """Return the names, in lower case, of the headers that may hold a secret or a signature of *profile*."""
    chosen = options_of(profile, options)
    locations = [location_of(table.from_, chosen) for table in profile.auth.values()]
    return frozenset(location.name.lower() for location in locations if location.part == "header")


def _method(name: str, table: AuthTable, secrets: Sequence[str], options: Mapping[str, str]) -> Method:
    if isinstance(table, BasicAuth):
        keys = tuple(secret.encode() for secret in secrets)
        return Method(name, "basic", location_of(table.from_, options), keys, _NO_MESSAGE)
    location = location_of(table.from_, options, table.item)
    if not isinstance(table, HmacAuth | DigestAuth):
        keys = tuple(secret.encode() for secret in secrets)
        return Method(name, "static", location, keys, _NO_MESSAGE, table.prefix)
    return Method(
        name,
        table.kind,
        location,
        tuple(key_of(secret, table.secret_form) for secret in secrets),
        with_option_values(table.message, options),
        table.prefix,
        table.hash,
        table.encoding,
        location_of(table.time.from_, options, table.time.item) if table.time else None,
    )


def interest_of(document: DocumentTable) -> Interest:
    """Return which documents and elements are of interest."""
    return Interest(_conditions(document.only), _conditions(document.skip))


def _conditions(conditions: Conditions) -> tuple[Condition, ...]:
    return tuple(Condition(path, texts) for path, texts in conditions.items())


def rows_of(status: StatusTableFile) -> tuple[Row, ...]:
    """Return the rows of a status table. Raises ValueError for an event that does not exist."""
    return tuple(
        Row(tuple(cell_of(cell, fold=status.fold) for cell in row[:-1]), meaning_of(row[-1][0])) for row in status.rows
    )


def statuses_of(status: StatusTableFile, own: Mapping[str, str]) -> StatusTable:
    """Return the status table of a profile with the *own* words of a source."""
    words = {folded(word) if status.fold else clean_text(word): meaning_of(name) for word, name in own.items()}
    unknown = INFO if status.unknown == INFO else None
    return StatusTable(rows_of(status), words, status.fold, unknown)
