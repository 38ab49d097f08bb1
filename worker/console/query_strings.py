"""Filters of lists as they are in the address of a page, so that a list can be shared and bookmarked.

What is unknown or malformed in an address raises `IllegalRequest`, whose sentence says what is expected.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum
from ipaddress import ip_address
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MultiDict

from worker.application.deliveries.finding import instant_since
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Duration, Instant, microseconds
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import DeliveryFilter, OrderFilter
from worker.domain.overview.snapshot import State
from worker.domain.reasons import STORED_OUTCOMES, QuarantineReason, StopReason, WaitReason
from worker.domain.stages import Stage
from worker.domain.text import clean_text, is_printable
from worker.settings.values import read_duration

Fields = MultiDict[str, str]
W = TypeVar("W", bound=StrEnum)

MAX_TEXT = 200
"""Characters of one value in an address."""
ORDER_FIELDS = ("account", "stage", "state", "stop", "waiting", "late", "since", "older_than", "matching")
DELIVERY_FIELDS = ("outcome", "source", "reason", "peer", "since", "order")


def fields_of_request() -> Fields:
    """Return the fields of the form that was sent, or of the address of a look."""
    return request.form if request.method == "POST" else request.args


def read_order_filter(fields: Fields, now: Instant) -> OrderFilter:
    """Return the filter of a list of orders. *now* is the time of the database's clock."""
    stop, waiting = _word(fields, "stop", StopReason), _word(fields, "waiting", WaitReason)
    states = {_one_of("state", word, State) for word in fields.getlist("state") if word}
    if not states and (stop or waiting):
        states = {State.STOPPED if stop else State.WAITING}
    stage = _word(fields, "stage", Stage)
    return OrderFilter(
        account=read_text(fields, "account"),
        stage=Stage(stage) if stage else None,
        states=frozenset(states),
        stop=stop,
        waiting=waiting,
        late=bool(read_text(fields, "late")),
        since=_since(fields, now),
        older_than=_duration(fields, "older_than"),
        matching=read_text(fields, "matching"),
    )


def read_delivery_filter(fields: Fields, order: OrderKey | None, now: Instant) -> DeliveryFilter:
    """Return the filter of a list of deliveries. *order* is the order that the field of this name means."""
    return DeliveryFilter(
        outcome=_word(fields, "outcome", STORED_OUTCOMES),
        source=read_text(fields, "source"),
        reason=_word(fields, "reason", QuarantineReason),
        peer=_address(fields, "peer"),
        since=_since(fields, now),
        order=order,
    )


def given(fields: Fields, names: Iterable[str]) -> dict[str, list[str]]:
    """Return the fields *names* that are not empty, for the address of another page of the same list."""
    values = {name: [value for value in fields.getlist(name) if value] for name in names}
    return {name: its for name, its in values.items() if its}


def read_number(fields: Fields, name: str) -> int:
    """Return a whole number that a page of ours has put into a form; 0 if it is missing."""
    return _number(name, fields.get(name, "") or "0")


def read_numbers(fields: Fields, name: str) -> list[int]:
    """Return all whole numbers in the field *name*, each once."""
    return list(dict.fromkeys(_number(name, text) for text in fields.getlist(name) if text))


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - digits of a 63-bit number
        raise IllegalRequest(f"{name} is no number: load the page again")
    return int(text)


def read_text(fields: Fields, name: str) -> str:
    """Return a short text that a database can have, without the spaces around it; empty if it is missing."""
    text = fields.get(name, "").strip()
    if len(text) > MAX_TEXT or not is_printable(text):
        raise IllegalRequest(f"{name} must be a printable text of at most {MAX_TEXT} characters")
    return text


def _word(fields: Fields, name: str, words: type[W] | Collection[W]) -> str:
    word = read_text(fields, name)
    return str(_one_of(name, word, words)) if word else ""


def _one_of(name: str, word: str, words: type[W] | Collection[W]) -> W:
    for each in words:
        if each == word:
            return each
    raise IllegalRequest(f"{name} is none of: {', '.join(words)}")


def _since(fields: Fields, now: Instant) -> Instant | None:
    text = read_text(fields, "since")
    return instant_since(text, now) if text else None


def _duration(fields: Fields, name: str) -> Duration:
    text = read_text(fields, name)
    if not text:
        return 0
    try:
        return microseconds(read_duration(text))
    except ValueError as error:
        raise IllegalRequest(f"{name} “{clean_text(text)}” is no duration like 90s, 30m, 1h or 2d") from error


def _address(fields: Fields, name: str) -> str:
    text = read_text(fields, name)
    if not text:
        return ""
    try:
        address = ip_address(text)
    except ValueError as error:
        raise IllegalRequest(f"{name} is no IP address, such as 203.0.113.5 or 2001:db8::5") from error
    return str(getattr(address, "ipv4_mapped", None) or address)
