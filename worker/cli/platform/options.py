"""The options for the fields of forms, of all platforms together. The form of a platform says which fields it has."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click

from worker.domain.documents import Malformed, read_document
from worker.domain.text import is_storable

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")


def _text(value: str) -> str:
    if not is_storable(value):
        raise click.BadParameter("it has characters that cannot be stored as text.")
    return value


def _number(value: str) -> int | float:
    if not _NUMBER.fullmatch(value):
        raise click.BadParameter("write a number like 12.50.")
    return float(value) if "." in value else int(value)


def _object(value: str) -> dict[str, object]:
    try:
        document = read_document(value.encode("utf-8", "surrogateescape"))
    except Malformed as error:
        raise click.BadParameter(f"it is not usable as JSON: {error.reason}.") from error
    if not isinstance(document, dict):
        raise click.BadParameter("it is JSON, but not an object.")
    return document


def _text_or_object(value: str) -> str | dict[str, object]:
    return _object(value) if value.lstrip().startswith("{") else _text(value)


def _item(value: str) -> dict[str, object]:
    if value.lstrip().startswith("{"):
        return _object(value)
    item: dict[str, object] = {}
    for part in value.split(","):
        key, equals, text = part.partition("=")
        if not equals or key in item:
            raise click.BadParameter("write KEY=VALUE,… with each key once, or a JSON object.")
        item[key] = _number(text) if key in {"quantity", "price"} else _text(text)
    return item


class Field(NamedTuple):
    """An option for one field of a form. *read* makes the value from the text; *several*: it may be repeated."""

    metavar: str
    help: str
    read: Callable[[str], object] = str
    several: bool = False


FILTERS: Mapping[str, Field] = {
    "status": Field("TEXT", "Only orders with this status of the platform."),
    "since": Field("DATE", "Only orders from this day on: YYYY-MM-DD."),
    "until": Field("DATE", "Only orders up to this day."),
    "search": Field("TEXT", "Only orders that the platform finds by these words."),
    "customer_id": Field("ID", "Only orders of this customer."),
    "branch_id": Field("ID", "Only orders of this branch."),
    "min_total": Field("NUMBER", "Only orders of at least this amount."),
    "max_total": Field("NUMBER", "Only orders of at most this amount."),
    "page_size": Field("N", "Orders on one page, which is one call; by default, the platform decides."),
}
"""The options of a list, by the field of the form. The form reads their texts."""

NEW_ORDER: Mapping[str, Field] = {
    "customer_id": Field("ID", "The customer who orders.", _text),
    "items": Field(
        "KEY=VALUE,…",
        "A line of the order: product_id, quantity, price, name, sku; or a JSON object.",
        _item,
        several=True,
    ),
    "total": Field("NUMBER", "The amount that the customer pays.", _number),
    "currency": Field("CODE", "The currency, three capital letters.", _text),
    "shipping_address": Field("TEXT|JSON", "The address for the parcels.", _text_or_object),
    "billing_address": Field("TEXT|JSON", "The address for the bill.", _text_or_object),
    "notes": Field("TEXT", "Notes about the order for people.", _text),
    "metadata": Field("JSON", "Data about the order for programs: an object.", _object),
}
"""The options of a new order, by the field of the form. Each text becomes a JSON value."""


def option_name(name: str) -> str:
    """Return the option for the field *name*."""
    return "--item" if name == "items" else f"--{name.replace('_', '-')}"


def options_for(fields: Mapping[str, Field]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds an option for each of *fields* to a command, as an argument of the field's name."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name, field in reversed(list(fields.items())):
            command = click.option(
                option_name(name), name, metavar=field.metavar, help=field.help, type=field.read, multiple=field.several
            )(command)
        return command

    return decorate


def without_missing(options: Mapping[str, object]) -> dict[str, object]:
    """Return the options that the command line has."""
    return {name: value for name, value in options.items() if value not in (None, ())}
