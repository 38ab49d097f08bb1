"""The couriers of the two shops, and what each of them posts: one file in `formats/` for each courier."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import TypeAlias

from pydantic import BaseModel, Field

FOLDER = Path(__file__).with_name("formats")

Values: TypeAlias = Mapping[str, object]
"""What is known of one parcel, by place: `tracking`, `order_id` and so on; None for what is not known."""


class Courier(BaseModel, extra="forbid", frozen=True, use_attribute_docstrings=True):
    """One courier: its source, and the templates of its documents.

    A text of a template can have places such as `$tracking`. A text that is one place becomes the value itself, and a
    field whose value is not known is left out.
    """

    source: str
    """The name of its source, to which it posts."""
    account: str
    profile: str
    settings: Mapping[str, str] = {}
    """More settings of its source."""
    words: Mapping[str, str] = {}
    """Its status word for each event; an event that is missing is its own word."""
    unknown_words: Mapping[str, str] = {}
    """Its word for an event, if that word is not in the profile."""
    list_field: str = Field(default="", alias="list")
    """The field with the list of parcels. If it is empty, a document is about one parcel."""
    document: Mapping[str, object]
    """The template of a document, without the list of parcels."""
    parcel: Mapping[str, object] = {}
    """The template of a parcel in the list."""
    times: Mapping[str, str] = {}
    """The field of a parcel with the time, for each word."""

    def word(self, event: str, *, unknown: bool = False) -> str:
        """Return the courier's word for *event*; *unknown*: the one that the profile does not have."""
        return self.unknown_words[event] if unknown else self.words.get(event, event)

    def compose(self, word: str, parcels: Sequence[Values]) -> dict[str, object]:
        """Return the document that says *word* of *parcels*, which are several only if the courier posts lists."""
        document = _filled_fields(self.document, {**parcels[0], "word": word})
        if self.list_field:
            document[self.list_field] = [self._parcel(word, values) for values in parcels]
        return document

    def _parcel(self, word: str, values: Values) -> dict[str, object]:
        return {**_filled_fields(self.parcel, values), self.times[word]: values["time"]}


def _filled_fields(template: Mapping[str, object], values: Values) -> dict[str, object]:
    fields = {name: _filled(value, values) for name, value in template.items()}
    return {name: value for name, value in fields.items() if value is not None}


def _filled(template: object, values: Values) -> object:
    match template:
        case dict():
            return _filled_fields(template, values)
        case str() if template.startswith("$") and template[1:] in values:
            return values[template[1:]]
        case str():
            return Template(template).substitute(values)
    return template


def _read(path: Path) -> Courier:
    return Courier.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


COURIERS: Mapping[str, Courier] = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}
"""The couriers by kind: `open`, `signed`, `token`, `waybill`, `batch`."""
