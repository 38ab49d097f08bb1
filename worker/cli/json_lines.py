"""Prints JSON for programs: one object a line, in ASCII, because other characters could act on a terminal."""

import json
from collections.abc import Iterable, Mapping

import click

from worker.domain.orders import OrderKey

Document = dict[str, object]
"""A JSON object. Its keys are a contract."""


def order_names(key: OrderKey) -> Document:
    """Return the parts of an order's name, and the name that all commands take."""
    return {"account": key.account, "order": key.order_id, "order_key": str(key)}


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON object on one line."""
    click.echo(json.dumps(document))


def print_json_lines(documents: Iterable[Mapping[str, object]]) -> None:
    """Print one JSON object a line."""
    for document in documents:
        print_json(document)
