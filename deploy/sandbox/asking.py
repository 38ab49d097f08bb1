"""What a well-made call asks for, after its platform has understood it. Ids of orders are text, as in the path."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response


@dataclass(frozen=True, slots=True)
class Search:
    """A list; *answer* picks from all orders of the account, by rank, which are of the platform's own kind."""

    answer: Callable[[Sequence[Any]], Response]


@dataclass(frozen=True, slots=True)
class Show:
    """The order that the path names."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Update:
    """A change of the order that the path names; *sent* are its checked fields."""

    order_id: str
    sent: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Creation:
    """A new order of the checked fields *sent*."""

    sent: Mapping[str, object]


Asked = Search | Show | Update | Creation
