"""The page about profiles describes the keys of a profile file as the program has them."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from tests.support.pages import PROFILES, first_words, part, table
from webhook_receiver.profiles.captures import MAX_A_DAY
from webhook_receiver.profiles.engine.messages import Template
from webhook_receiver.profiles.engine.statuses import cell_of
from webhook_receiver.profiles.engine.times import NAMED, parser_of
from webhook_receiver.profiles.schema.model import (
    AnswerTable,
    AuthTable,
    BasicAuth,
    DigestAuth,
    DocumentTable,
    HmacAuth,
    OptionTable,
    ProfileFile,
    ReadTable,
    StaticAuth,
    StatusTableFile,
    TimeLocation,
)
from webhook_receiver.profiles.schema.trust import Trust, trust_in
from worker.application.sources.descriptions import TRUST_WORDS
from worker.settings.profiles import SHORTEST_TOKEN_IN_URL

PLACES = {"body", "field", "header", "option", "method", "path", "query", "time", "secret"}
REQUIRED = " Required."
KINDS: Mapping[str, type[BaseModel]] = {
    "static": StaticAuth,
    "basic": BasicAuth,
    "hmac": HmacAuth,
    "digest": DigestAuth,
}
TABLES: Mapping[str, type[BaseModel]] = {
    "### The file itself": ProfileFile,
    "### `[options.NAME]`": OptionTable,
    "#### `[auth.NAME.time]`": TimeLocation,
    "### `[document]`": DocumentTable,
    "### `[read]`": ReadTable,
    "### `[status]`": StatusTableFile,
    "### `[answer]`": AnswerTable,
}


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the default and the meaning of each key of *model*, except those that are tables."""
    for name, field in model.model_fields.items():
        if meaning := " ".join((field.description or "").split()):
            default = "**required**" if meaning.endswith(REQUIRED) else shown(field.default)
            yield f"`{field.alias or name}`", default, meaning.removesuffix(REQUIRED)


def shown(default: object) -> str:
    """Return a default as a profile file writes it."""
    match default:
        case None | "" | () | {}:
            return "none"
        case bool() | tuple():
            return f"`{json.dumps(default)}`"
        case Template():
            return f"`{default.text}`"
    return f"`{default}`"


def words_of(annotation: object) -> set[str]:
    """Return the words that a key may have, if only certain words are allowed."""
    if get_origin(annotation) is Literal:
        return {*get_args(annotation)}
    return {word for inner in get_args(annotation) for word in words_of(inner)}


def fields_with_words() -> Iterator[tuple[str, FieldInfo]]:
    for model in (*TABLES.values(), *KINDS.values()):
        yield from ((name, field) for name, field in model.model_fields.items() if name != "kind")


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_described_as_the_program_describes_it(heading: str):
    expected = [list(key) for key in keys_of(TABLES[heading])]
    assert table(PROFILES, heading) == expected
    assert expected


def test_every_kind_of_authentication_is_described_as_the_program_describes_it():
    assert table(PROFILES, "### `[auth.NAME]`") == [[f"`{kind}`", model.__doc__] for kind, model in KINDS.items()]


def test_every_key_of_authentication_is_described_with_the_kinds_that_have_it():
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for kind, model in KINDS.items():
        for key in keys_of(model):
            kinds.setdefault(key, []).append(f"`{kind}`")
    expected = [[key, " ".join(names), default, meaning] for (key, default, meaning), names in kinds.items()]
    assert table(PROFILES, "Beside `kind`") == expected


def test_every_word_that_a_key_may_have_is_in_its_description():
    for name, field in fields_with_words():
        for word in words_of(field.annotation):
            assert f"`{word}`" in (field.description or ""), name


def test_every_place_of_a_message_is_described():
    written = {
        word.strip("{}").partition(":")[0] for word in first_words(PROFILES, "`message` is what the courier signs")
    }
    assert written == PLACES


def test_every_format_of_times_is_described_and_fits_the_example():
    names = first_words(PROFILES, "The formats of `times` are tried in turn.")
    assert tuple(names[:-1]) == NAMED
    assert parser_of(names[-1])("25/01/2024 14:30:00") == datetime(2024, 1, 25, 14, 30)  # noqa: DTZ001 - a format without zone
    meaning = dict(table(PROFILES, "The formats of `times` are tried in turn."))["`iso`"]
    for offset in ("+03:00", "+0300", ""):
        assert parser_of("iso")(f"2024-01-25T14:30:00{offset}").hour == 14
    assert "`2024-01-25T14:30:00+03:00`" in meaning


@pytest.mark.parametrize(
    ("cell", "fitting", "others"),
    [
        ("out", ["out"], ["OUT", "outside", ""]),
        (["out", "on_board"], ["out", "on_board"], ["on"]),
        ("ret*", ["ret", "returned"], ["re"]),
        ("*", ["", "anything"], []),
        ("", [""], ["x"]),
    ],
)
def test_a_cell_of_a_row_fits_what_the_page_says(cell: str | list[str], fitting: list[str], others: list[str]):
    assert json.dumps(cell) in first_words(PROFILES, "A row has one cell for each path")
    built = cell_of([cell] if isinstance(cell, str) else cell, fold=False)
    assert [text for text in [*fitting, *others] if built.fits(text)] == fitting


def test_the_trust_in_each_kind_of_authentication_is_the_programs():
    rows = table(PROFILES, "What a secret proves depends on what it covers.")
    assert [row[0] for row in rows] == [
        trust if trust == word else f"{trust}: “{word}”" for trust, word in TRUST_WORDS.items()
    ]
    for trust, (_, keys, *_) in zip(Trust, rows, strict=True):
        text = "\n".join(re.findall("`([^`]+)`", keys))
        text += "" if "from" in text else '\nfrom = "header:X-Sig"'
        method = TypeAdapter(AuthTable).validate_python(tomllib.loads(text))
        assert trust_in(method, None) == trust


def test_the_limits_of_captures_and_tokens_are_the_programs():
    section = part(PROFILES, "## A courier without documentation").partition("## The keys")[0]
    assert f"At most {MAX_A_DAY} deliveries a day" in section
    assert f"at least {SHORTEST_TOKEN_IN_URL} characters" in section
