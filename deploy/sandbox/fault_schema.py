"""Parses faults that the control API receives. An unknown key is an error."""

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.errors import validation_failed
from deploy.sandbox.faults import UNLIMITED_BY_DEFAULT, CallKey, Fault, FaultKind
from deploy.sandbox.rules import (
    BOOLEAN,
    OBJECT,
    Rule,
    Schema,
    find_problems,
    integer,
    number,
    one_of,
    or_null,
    text,
)

_SECONDS = number(0, 86_400)
_HTTP_STATUS = integer(100, 599)
_HEADERS = Rule(
    "must be an object of strings",
    lambda value: isinstance(value, dict) and all(isinstance(text, str) for text in value.values()),
)
_MATCH: Schema = {
    "method": text(10),
    "order_id": Rule("must be an integer or a string", lambda value: isinstance(value, int | str)),
    "status": text(64),
}
_COMMON: Schema = {
    "kind": one_of(*FaultKind),
    "match": OBJECT,
    "times": or_null(integer(1)),
    "lasts": _SECONDS,
}
_WHEN = {"when": one_of("before", "after")}
_ANSWER = Rule(
    'must be "reset", "hang" or an HTTP status',
    lambda value: value in ("reset", "hang") or _HTTP_STATUS.is_valid(value),
)
_RESPONSE = {
    **_WHEN,
    "code": _HTTP_STATUS,
    "body": Rule("can be anything", lambda _: True),
    "size": integer(0, 64 * 1024 * 1024),
    "content_type": text(200),
    "headers": _HEADERS,
    "retry_after": Rule("must be seconds or an HTTP date", lambda value: isinstance(value, int | str)),
}
PARAMETERS: Mapping[FaultKind, Schema] = {
    FaultKind.STATUS: _RESPONSE,
    FaultKind.BODY: _RESPONSE,
    FaultKind.DELAY: {**_WHEN, "seconds": _SECONDS},
    FaultKind.RESET: _WHEN,
    FaultKind.LOSE_ANSWER: {},
    FaultKind.APPLY_LATE: {"seconds": _SECONDS, "answer": _ANSWER},
    FaultKind.STALE: {"seconds": _SECONDS, "no_cache": BOOLEAN},
    FaultKind.DRIP: {"pause": number(0, 60), "drip_headers": BOOLEAN},
    FaultKind.STORM: {
        "seed": integer(0),
        "faults": Rule("must be an array of faults", lambda value: isinstance(value, list)),
    },
    FaultKind.OUTAGE: {"answer": _ANSWER, "seconds": _SECONDS},
    FaultKind.WRONG_CREDENTIALS: {},
}
"""The parameters of each kind, without the common ones."""
_DEFAULTS: Mapping[FaultKind, Mapping[str, object]] = {
    FaultKind.BODY: {"code": 200},
    FaultKind.OUTAGE: {"answer": 503, "seconds": 30.0},
    FaultKind.DELAY: {"seconds": 1.0},
    FaultKind.APPLY_LATE: {"seconds": 1.0},
    FaultKind.STALE: {"seconds": 5.0},
}
_ATTRIBUTES = {"lasts": "lifetime_s", "seconds": "duration_s", "pause": "pause_s"}
"""The parameters whose attribute of Fault has another name, because it carries the unit."""


def parse_fault(fields: object) -> Fault:
    """Return the Fault that *fields*, decoded JSON, describe. Raise ApiError that names each wrong field."""
    if not isinstance(fields, dict):
        raise validation_failed({"": "must be a JSON object"})
    _check({"kind": fields.get("kind")}, {"kind": _COMMON["kind"]})
    kind = FaultKind(fields["kind"])
    _check(fields, {**_COMMON, **PARAMETERS[kind]})
    values = {"times": None if kind in UNLIMITED_BY_DEFAULT else 1, **_DEFAULTS.get(kind, {}), **fields}
    return Fault(**_attributes(values), kind=kind)


def _attributes(values: dict[str, Any]) -> dict[str, Any]:
    attributes = {_ATTRIBUTES.get(name, name): value for name, value in values.items() if name != "kind"}
    attributes["match"] = _parse_match(values.get("match", {}))
    attributes["choices"] = tuple(_parse_choice(fields) for fields in attributes.pop("faults", ()))
    if "retry_after" in attributes:
        retry_after = str(attributes.pop("retry_after"))
        attributes["headers"] = {**attributes.get("headers", {}), "Retry-After": retry_after}
    return attributes


def _parse_choice(fields: object) -> tuple[float, Fault]:
    if not isinstance(fields, dict):
        raise validation_failed({"faults": "must be an array of objects"})
    _check({"rate": fields.get("rate")}, {"rate": number(0, 1)})
    fault = parse_fault({name: value for name, value in fields.items() if name != "rate"})
    if fault.kind in UNLIMITED_BY_DEFAULT:
        raise validation_failed({"faults": f"cannot include {fault.kind}"})
    return fields["rate"], fault


def _parse_match(fields: dict[str, Any]) -> CallKey:
    _check(fields, _MATCH)
    return CallKey(**{name: str(value) for name, value in fields.items()})


def _check(fields: Mapping[str, object], schema: Schema) -> None:
    if problems := find_problems(fields, schema):
        raise validation_failed(problems)
