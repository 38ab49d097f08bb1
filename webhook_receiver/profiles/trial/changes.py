"""From what fits to the lines of a profile that must change. Only what the engine itself finds authentic is shown."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

from pydantic import TypeAdapter

from webhook_receiver.profiles.engine.authentication import Encoding, check
from webhook_receiver.profiles.engine.messages import with_options
from webhook_receiver.profiles.schema.compilation import methods_of, options_of
from webhook_receiver.profiles.schema.model import AuthTable, BasicAuth, DigestAuth, HmacAuth
from webhook_receiver.profiles.trial.fitting import Hit, Question, Search

MAX_FITS = 3
_TABLES: TypeAdapter[AuthTable] = TypeAdapter(AuthTable)
_LOCATION_KEYS = ("from", "prefix", "item")
_SIGNATURE_KEYS = (*_LOCATION_KEYS, "hash", "encoding", "message", "secret_form", "time")
_KEYS = {"static": _LOCATION_KEYS, "basic": ("from",), "hmac": _SIGNATURE_KEYS, "digest": _SIGNATURE_KEYS}
_DEFAULTS = {"prefix": "", "item": "", "hash": "sha256", "encoding": "hex", "secret_form": "text", "time": None}

_OF_SOURCE = " in the source: it is an option of the profile"


class Fit(NamedTuple):
    """What would fit: lines of the profile's `[auth.NAME]`, and *remarks* on what a profile cannot change."""

    lines: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The lines and the remarks on one line."""
        return "it fits with: " + "; ".join((*self.lines, *self.remarks))

    @property
    def changes_profile(self) -> bool:
        """Whether a line is one of the profile, and not of the source."""
        return any(not line.endswith(_OF_SOURCE) for line in self.lines)


def fits_of(question: Question, search: Search) -> list[Fit]:
    """Return what would fit, with the fewest changes first. Without remarks, the engine itself confirms it."""
    fits = {_fit(question, hit) for hit in search.hits if hit.remarks or _is_confirmed(question, hit)}
    real = (fit for fit in fits if fit.lines or fit.remarks)
    return sorted(real, key=lambda fit: (len(fit.remarks), len(fit.lines), fit))[:MAX_FITS]


def _is_confirmed(question: Question, hit: Hit) -> bool:
    """Tell whether the engine finds the request authentic with the keys of *hit*."""
    keys = {name: value for name, value in hit.keys.items() if name in {"kind", *_KEYS[str(hit.keys["kind"])]}}
    table = _TABLES.validate_python({name: value for name, value in keys.items() if value is not None})
    profile = question.profile.model_copy(update={"auth": {question.name: table}})
    (method,) = methods_of(profile, {question.name: [hit.secret.encode()]}, question.options)
    return check(method, question.opened) is not None


def _fit(question: Question, hit: Hit) -> Fit:
    return Fit(tuple(_lines(question, hit)), hit.remarks)


def _lines(question: Question, hit: Hit) -> Iterator[str]:
    kind, table = str(hit.keys["kind"]), question.table
    old = _written(question)
    if kind != table.kind:
        yield f'kind = "{kind}"'
    for name in _KEYS[kind]:
        value = hit.keys.get(name, _DEFAULTS.get(name))
        if name == "encoding" and value not in get_args(Encoding):
            continue  # a remark says it
        if not _is_same(name, value, old.get(name, _DEFAULTS.get(name))):
            yield _option_line(question, name, value) or _line(name, value)
    useless = [
        name for name in _SIGNATURE_KEYS if name not in _KEYS[kind] and _attribute(name) in table.model_fields_set
    ]
    if useless:
        yield f"and without {', '.join(useless)}"


def _attribute(name: str) -> str:
    return "from_" if name == "from" else name


def _written(question: Question) -> dict[str, object]:
    """Return the keys of the method, with the values of the options."""
    table = question.table
    options = options_of(question.profile, question.options)
    keys: dict[str, object] = {"from": with_options(table.from_, options)}
    if not isinstance(table, BasicAuth):
        keys |= {"prefix": table.prefix, "item": table.item}
    if isinstance(table, HmacAuth | DigestAuth):
        time = table.time and {"from": with_options(table.time.from_, options), "item": table.time.item}
        keys |= {"hash": table.hash, "encoding": table.encoding, "secret_form": table.secret_form}
        keys |= {"message": table.message.text, "time": time}
    return keys


def _is_same(name: str, new: object, old: object) -> bool:
    if name == "message" and old is None:
        old = "{body}"
    if name == "from" and isinstance(old, str) and old.startswith("header:"):
        return str(new).lower() == old.lower()
    if name == "time" and isinstance(new, Mapping) and isinstance(old, Mapping):
        return _is_same("from", new["from"], old["from"]) and new["item"] == old["item"]
    return new == old


def _option_line(question: Question, name: str, value: object) -> str:
    """Return the line of the source's option that names the header; empty when the profile's `from` must change."""
    for option in question.profile.options:
        if name == "from" and question.table.from_.partition(":")[2] == f"{{option:{option}}}":
            part, _, header = str(value).partition(":")
            if question.table.from_.startswith(f"{part}:"):
                return f"{option} = {_toml(header)}{_OF_SOURCE}"
    return ""


def _line(name: str, value: object) -> str:
    return f"{name} = {_toml(value)}" if value is not None else f"and without {name}"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        parts = ", ".join(f"{name} = {_toml(part)}" for name, part in value.items() if part)
        return f"{{ {parts} }}"
    return json.dumps(value, ensure_ascii=False)
