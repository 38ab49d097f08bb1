"""Documents and requests that no courier should send, made from good ones."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from webhook_receiver.profiles.engine.paths import EACH, Part, Path
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.domain.events import MAX_AGE, Event
from worker.domain.instants import Instant
from worker.domain.text import is_storable
from worker.ports import Delivery

ODD_VALUES: Sequence[object] = [
    *[None, True, False, 0, -1, 7, 10**31, 1.5, 1e308, -0.0, "", " ", "0", "07", "x" * 64, "x" * 65, "x" * 151],
    *["x" * 60_000, "\t", "a\nb", "\x1b[2J", "\u202e", "\u2028", "é\u0301", "🚚", "null", "{}", "[]", "::", "number:1"],
    *["https://t.example/1", "javascript:alert(1)", "1795816800", "1795816800000", "99999999999999", "9" * 32],
    *["2026-11-27T20:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "24:00", "0" * 4000],
    *["half \ud83d", "\ud800", "a\0b", float("nan"), float("inf"), 10**40, 10**4000, ["\ud800"], {"\ud800": 1}],
    *[[], {}, [None], [[]], [{}], {"a": {"b": [1]}}, ["x"] * 50, [[[[[[[[1]]]]]]]]],
]


def paths_of(profile: ProfileFile) -> Iterator[Path]:
    """Yield every path that a profile reads in a document, `unwrap` and the list of `each` among them."""
    for field in set(type(profile.read).model_fields) - {"times", "time_of"}:
        yield from getattr(profile.read, field)
    for paths in profile.read.time_of.values():
        yield from paths
    yield from profile.status.from_ if profile.status else ()
    document = profile.document
    yield from (*document.only, *document.skip)
    yield from filter(None, (document.unwrap, document.each))
    if document.each:
        yield document.each.outermost


def planted(document: object, path: Path, value: object) -> object:
    """Return a copy of *document* with *value* at *path*; lists and objects on the way are made where they miss."""
    return _planted(copy.deepcopy(document), path.parts, value)


def _planted(container: object, parts: Sequence[Part], value: object) -> object:
    if not parts:
        return value
    part, *rest = parts
    if isinstance(part, str):
        fields = container if isinstance(container, dict) else {}
        return {**fields, part: _planted(fields.get(part), rest, value)}
    items: list[Any] = container if isinstance(container, list) and container else [None]
    index = 0 if part is EACH or not -len(items) <= part < len(items) else part
    items[index] = _planted(items[index], rest, value)
    return items


def assert_storable(delivery: Delivery, received_at: Instant) -> None:
    """Check that the database, a terminal and a page can take everything that was read."""
    assert is_storable(delivery.detail)
    assert len(delivery.detail) <= 5000
    for event in delivery.events:
        _assert_storable_event(event, received_at)


def _assert_storable_event(event: Event, received_at: Instant) -> None:
    assert event.key
    for text in (event.key, event.order.order_id, event.tracking, event.tracking_url, event.shipment):
        assert text.isprintable()
    assert len(event.key) <= 150
    assert max(len(event.order.order_id.partition(":")[2]), len(event.tracking), len(event.shipment)) <= 64
    assert len(event.tracking_url) <= 500
    assert len(event.note) <= 200
    assert event.note == " ".join(event.note.splitlines())
    assert event.parcels is None or 1 <= event.parcels <= 1000
    assert received_at - MAX_AGE <= event.occurred_at <= received_at
    json.dumps(event.note).encode()
    event.note.encode()
