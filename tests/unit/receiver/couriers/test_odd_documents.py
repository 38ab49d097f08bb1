"""One field of a courier's document holds something odd: the delivery is still received, and says nothing new."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.oto import OTO, SECRETS, signed_text
from tests.support.couriers.receiving import AGO, Receiver
from tests.support.couriers.samples import Courier, Document, Sent
from tests.support.couriers.writing import hmac_base64

ODD = [None, "", " ", 0, -1, 1.5, 10**31, True, False, [], {}, [1], {"a": 1}, "x" * 5000, "\u202eevil", "\0", "\ud800"]
every_courier = pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.profile)


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the keys that lead to each value in *value*, at every depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (key,)
        yield from ((key, *rest) for rest in places(inner))


def oddities(document: Document) -> Iterator[tuple[tuple[Any, ...], object]]:
    yield from ((place, odd) for place in places(document) for odd in ODD)


def with_odd(document: Document, place: tuple[Any, ...], odd: Any) -> Document:
    changed = deepcopy(document)
    target: Any = changed
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = odd
    return changed


def delivered(courier: Courier) -> Document:
    samples = [sample for sample in courier.samples(AGO) if [news.name for news in sample.news] == ["delivered"]]
    document: Document = json.loads(samples[0].sent.body)
    return document


def signed(courier: Courier, document: Document) -> Sent:
    if courier is OTO:
        document = {**document, "signature": hmac_base64(SECRETS["signature"], signed_text(document))}
    return courier.sent(json.dumps(document).encode())


@every_courier
def test_an_odd_value_in_any_field_never_makes_another_movement_of_it(courier: Courier):
    receiver, document = Receiver(courier), delivered(courier)
    results = [
        (place, receiver.receive(signed(courier, with_odd(document, place, odd)))) for place, odd in oddities(document)
    ]
    assert len(results) > 100
    for place, result in results:
        assert {news.name for news in result.news} <= {"delivered", "returned"}, place
        assert result.outcome != "refused" or courier is OTO, place  # it signs fields of a body that can be read


@every_courier
@pytest.mark.parametrize("body", [b"null", b"5", b'"text"', b"[]", b"[{}]", b"{}", b"true", b"[[]]"])
def test_a_document_of_another_shape_says_nothing(courier: Courier, body: bytes):
    result = Receiver(courier).receive(courier.sent(body))
    assert not result.events
    assert result.outcome in ({"refused"} if courier is OTO else {"ignored", "quarantined"})
