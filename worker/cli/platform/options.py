"""The options that name what a platform's forms ask for. Which of them an account has, its platform's forms say."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click

from worker.domain.documents import Malformed, read_document
from worker.domain.text import is_storable

MAX_FILE = 1_048_576
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")


def _text(value: str) -> str:
    if not is_storable(value):
        raise click.BadParameter("it holds what is not text.")
    return value


def _number(value: str) -> int | float:
    if not _NUMBER.fullmatch(value):
        raise click.BadParameter("say a number, like 12.50.")
    return float(value) if "." in value else int(value)


def _object(value: str) -> dict[str, object]:
    try:
        document = read_document(value.encode("utf-8", "surrogateescape"))
    except Malformed as error:
        raise click.BadParameter(f"it is not usable as JSON: {error.reason}.") from error
    if not isinstance(document, dict):
        raise click.BadParameter("it is JSON, but no object.")
    return document


def _text_or_object(value: str) -> str | dict[str, object]:
    return _object(value) if value.lstrip().startswith("{") else _text(value)


def _item(value: str) -> dict[str, object]:
    if value.lstrip().startswith("{"):
        return _object(value)
    item: dict[str, object] = {}
    for part in value.split(","):
        key, equals, said = part.partition("=")
        if not equals or key in item:
            raise click.BadParameter("say KEY=VALUE,… with each key once, or a JSON object.")
        item[key] = _number(said) if key in {"quantity", "price"} else _text(said)
    return item


class Field(NamedTuple):
    """An option for one field of a form: its help, how its text is read, and whether it may be given several times."""

    metavar: str
    says: str
    read: Callable[[str], object] = str
    several: bool = False


FILTERS: Mapping[str, Field] = {
    "status": Field("TEXT", "Only orders with this status, in the platform's word."),
    "since": Field("DATE", "Only orders from this day on: YYYY-MM-DD."),
    "until": Field("DATE", "Only orders up to this day."),
    "search": Field("TEXT", "Only orders that the platform finds with these words."),
    "customer_id": Field("ID", "Only orders of this customer."),
    "branch_id": Field("ID", "Only orders of this branch."),
    "min_total": Field("NUMBER", "Only orders of at least this amount."),
    "max_total": Field("NUMBER", "Only orders of at most this amount."),
    "page_size": Field("N", "How many orders one call asks for; by default, the platform's own number."),
}
"""By the field of the form. Their texts are the form's to read."""

NEW_ORDER: Mapping[str, Field] = {
    "customer_id": Field("ID", "The customer who orders.", _text),
    "items": Field(
        "KEY=VALUE,…", "A line: product_id, quantity, price, name, sku; or a JSON object.", _item, several=True
    ),
    "total": Field("NUMBER", "What the customer pays.", _number),
    "currency": Field("CODE", "The currency, three capital letters.", _text),
    "shipping_address": Field("TEXT|JSON", "Where the parcels go.", _text_or_object),
    "billing_address": Field("TEXT|JSON", "Where the bill goes.", _text_or_object),
    "notes": Field("TEXT", "What people should know of the order.", _text),
    "metadata": Field("JSON", "What programs should know of it, an object.", _object),
}
"""By the field of the form; each is read into the JSON value that it means."""


def spelled(name: str) -> str:
    """Return how the option for the field *name* is written."""
    return "--item" if name == "items" else f"--{name.replace('_', '-')}"


def offering(fields: Mapping[str, Field]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a decorator that gives a command an option for each of *fields*, by whose name it is passed."""

    def offer(command: Callable[..., Any]) -> Callable[..., Any]:
        for name, field in reversed(list(fields.items())):
            command = click.option(
                spelled(name), name, metavar=field.metavar, help=field.says, type=field.read, multiple=field.several
            )(command)
        return command

    return offer


def said(options: Mapping[str, object]) -> dict[str, object]:
    """Leave out the options that were not given."""
    return {name: value for name, value in options.items() if value not in (None, ())}
