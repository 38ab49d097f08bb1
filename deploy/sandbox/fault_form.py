"""Faults as the control API takes them: JSON in, a Fault out, every misspelt key refused."""

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.faults import LASTING, Fault, Kind, Match
from deploy.sandbox.refusals import validation_failed
from deploy.sandbox.rules import BOOLEAN, OBJECT, Rule, integer, number, one_of, or_null, problems, text

_SECONDS = number(0, 86_400)
_CODE = integer(100, 599)
_HEADERS = Rule(
    "must be an object of strings",
    lambda value: isinstance(value, dict) and all(isinstance(text, str) for text in value.values()),
)
_MATCH_FORM: Mapping[str, Rule] = {
    "method": text(10),
    "order_id": Rule("must be an integer or a string", lambda value: isinstance(value, int | str)),
    "status": text(64),
}
_COMMON: Mapping[str, Rule] = {
    "kind": one_of(*Kind),
    "match": OBJECT,
    "times": or_null(integer(1)),
    "lasts": _SECONDS,
}
_WHEN = {"when": one_of("before", "after")}
_ANSWER = Rule(
    'must be "reset", "hang" or an HTTP status', lambda value: value in ("reset", "hang") or _CODE.holds(value)
)
_CANNED = {
    **_WHEN,
    "code": _CODE,
    "body": Rule("may be anything", lambda _: True),
    "size": integer(0, 64 * 1024 * 1024),
    "content_type": text(200),
    "headers": _HEADERS,
    "retry_after": Rule("must be seconds or an HTTP date", lambda value: isinstance(value, int | str)),
}
FORMS: Mapping[Kind, Mapping[str, Rule]] = {
    Kind.STATUS: _CANNED,
    Kind.BODY: _CANNED,
    Kind.DELAY: {**_WHEN, "seconds": _SECONDS},
    Kind.RESET: _WHEN,
    Kind.LOSE_ANSWER: {},
    Kind.APPLY_LATE: {"seconds": _SECONDS, "answer": _ANSWER},
    Kind.DRIP: {"pause": number(0, 60), "drip_headers": BOOLEAN},
    Kind.STORM: {
        "seed": integer(0),
        "faults": Rule("must be an array of faults", lambda value: isinstance(value, list)),
    },
    Kind.OUTAGE: {"answer": _ANSWER, "seconds": _SECONDS},
    Kind.WRONG_CREDENTIALS: {},
}
"""The parameters that a kind has of its own."""
_DEFAULTS: Mapping[Kind, Mapping[str, object]] = {
    Kind.BODY: {"code": 200},
    Kind.OUTAGE: {"answer": 503, "seconds": 30.0},
    Kind.DELAY: {"seconds": 1.0},
    Kind.APPLY_LATE: {"seconds": 1.0},
}


def read_fault(fields: object) -> Fault:
    """Build the Fault that *fields* describe; raise Refusal naming what is wrong with them."""
    if not isinstance(fields, dict):
        raise validation_failed({"": "must be a JSON object"})
    _check({"kind": fields.get("kind")}, {"kind": _COMMON["kind"]})
    kind = Kind(fields["kind"])
    _check(fields, {**_COMMON, **FORMS[kind]})
    given: dict[str, Any] = {"times": None if kind in LASTING else 1, **_DEFAULTS.get(kind, {}), **fields}
    if "retry_after" in given:
        given["headers"] = {**given.get("headers", {}), "Retry-After": str(given.pop("retry_after"))}
    drawn = tuple(_read_drawn(each) for each in given.pop("faults", ()))
    return Fault(**{**given, "kind": kind, "match": _read_match(fields.get("match", {})), "drawn": drawn})


def _read_drawn(fields: object) -> tuple[float, Fault]:
    if not isinstance(fields, dict):
        raise validation_failed({"faults": "must be an array of objects"})
    _check({"rate": fields.get("rate")}, {"rate": number(0, 1)})
    fault = read_fault({name: value for name, value in fields.items() if name != "rate"})
    if fault.kind in LASTING:
        raise validation_failed({"faults": f"{fault.kind} cannot be drawn by chance"})
    return fields["rate"], fault


def _read_match(fields: dict[str, Any]) -> Match:
    _check(fields, _MATCH_FORM)
    return Match(**{name: str(value) for name, value in fields.items()})


def _check(fields: Mapping[str, object], form: Mapping[str, Rule]) -> None:
    if found := problems(fields, form):
        raise validation_failed(found)
