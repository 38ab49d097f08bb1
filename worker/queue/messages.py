"""Reads messages of the queue: from each, at most the name of a task and its arguments are taken. Pure.

Whoever reaches the broker can write any message into the queue, so nothing else in a message has any effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import cast

from worker.domain.documents import Malformed, read_document

QUEUE = "fulfillment"
RECONCILE = "fulfillment.reconcile"
PROBE = "fulfillment.probe"
PRUNE = "fulfillment.prune"

ARGUMENTS: Mapping[str, int] = MappingProxyType({RECONCILE: 2, PROBE: 1, PRUNE: 0})
"""How many arguments each task takes. All of them are texts."""
MAX_BODY_BYTES = 4_096
MAX_ARGUMENT = 512
"""Characters. The longest names of accounts, and keys of orders and references, are shorter."""
MAX_EXPIRES = 40
"""Characters of an instant in ISO 8601."""
_JSON, _UTF_8 = "application/json", "utf-8"


class Flaw(StrEnum):
    """Why a message is no wake-up, in the words of the logs."""

    ENVELOPE = "envelope"
    """What holds headers and body cannot be read."""
    TOO_LARGE = "too_large"
    ENCODED = "encoded"
    """It is compressed, or is not JSON in UTF-8."""
    TASK = "task"
    """It names no task of ours."""
    BODY = "body"
    """The body is not JSON, or does not begin with arguments."""
    ARGUMENTS = "arguments"
    """The task does not take these arguments."""
    ETA = "eta"
    """It is for later. Wake-ups never are: a worker would keep it in memory, and it would hold up those behind it."""
    EXPIRES = "expires"
    """It expires at an instant that cannot be read."""
    REPEATED = "repeated"
    """It asks for a probe or a pruning again, a moment after the last."""


class NoWakeUp(ValueError):
    """A message that is dropped because of *flaw*."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of our tasks. At *expires*, it is of no use any more."""

    task: str
    arguments: tuple[str, ...]
    expires: datetime | None


def read_call(headers: object, body: object, content_type: object, content_encoding: object) -> Call:
    """Return the call in a message of Celery's second protocol. Raises `NoWakeUp`, and nothing else.

    The body is decoded only when the rest is right, and is never decompressed.
    """
    if not isinstance(headers, Mapping):
        raise NoWakeUp(Flaw.ENVELOPE)
    if headers.get("compression") or content_type != _JSON or str(content_encoding).lower() != _UTF_8:
        raise NoWakeUp(Flaw.ENCODED)
    task = headers.get("task")
    if not isinstance(task, str) or task not in ARGUMENTS:
        raise NoWakeUp(Flaw.TASK)
    if headers.get("eta") is not None:
        raise NoWakeUp(Flaw.ETA)
    return Call(task, _arguments(task, _raw(body)), _expires(headers.get("expires")))


def _raw(body: object) -> bytes:
    """Return the bytes of a body, which some transports hand over as text or as a view."""
    if isinstance(body, str):
        body = body.encode(errors="replace")
    if not isinstance(body, bytes | bytearray | memoryview):
        raise NoWakeUp(Flaw.BODY)
    if len(body) > MAX_BODY_BYTES:
        raise NoWakeUp(Flaw.TOO_LARGE)
    return bytes(body)


def _arguments(task: str, raw: bytes) -> tuple[str, ...]:
    try:
        document = read_document(raw)
    except Malformed as error:
        raise NoWakeUp(Flaw.BODY) from error
    if not isinstance(document, list) or len(document) != len(("arguments", "named arguments", "what follows")):
        raise NoWakeUp(Flaw.BODY)
    arguments, named = document[:2]
    if named or not isinstance(arguments, list) or len(arguments) != ARGUMENTS[task]:
        raise NoWakeUp(Flaw.ARGUMENTS)
    if not all(isinstance(each, str) and 0 < len(each) <= MAX_ARGUMENT and each.isprintable() for each in arguments):
        raise NoWakeUp(Flaw.ARGUMENTS)
    return tuple(cast("Sequence[str]", arguments))


def _expires(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_EXPIRES:
        raise NoWakeUp(Flaw.EXPIRES)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise NoWakeUp(Flaw.EXPIRES) from error
    if instant.tzinfo is None:
        raise NoWakeUp(Flaw.EXPIRES)
    return instant
