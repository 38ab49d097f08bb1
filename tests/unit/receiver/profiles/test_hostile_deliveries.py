"""Hostile deliveries to every built-in profile: nothing raises, all events can be stored, and only secrets open."""

import json
from collections.abc import Callable
from operator import attrgetter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import AGO, NOW, request_of, source_of
from tests.support.couriers.samples import Courier, Sent
from tests.support.hostile import ODD_VALUES, assert_storable, paths_of, planted
from webhook_receiver.profiles.declared import DeclaredFormat
from webhook_receiver.profiles.engine.paths import Path, parse_path
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.instants import instant_of
from worker.ports import Delivery


def declared(source: Source) -> DeclaredFormat:
    its_format = format_of(source)
    assert isinstance(its_format, DeclaredFormat)
    return its_format


RECEIVED_AT = instant_of(NOW)
FORMATS = {courier.profile: declared(source_of(courier)) for courier in COURIERS}
SAMPLES = {
    courier.profile: [one.sent for one in courier.samples(AGO) if one.outcome not in {"refused", "probe"}]
    for courier in COURIERS
}
EXAMPLES = settings(max_examples=60)
every_courier = pytest.mark.parametrize("courier", COURIERS, ids=[courier.profile for courier in COURIERS])
couriers = st.sampled_from(COURIERS)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def open_format(courier: Courier) -> DeclaredFormat:
    return FORMATS[courier.profile]


def stranger(courier: Courier) -> DeclaredFormat:
    """The format of the same courier with secrets that nobody knows."""
    return declared(source_of(courier, {name: ["nobody knows this secret"] for name in courier.secrets}))


def samples(courier: Courier) -> list[Sent]:
    """The ordinary deliveries of a courier, without the unsigned ones."""
    return SAMPLES[courier.profile]


def paths(courier: Courier) -> list[Path]:
    return sorted(set(paths_of(open_format(courier).profile)), key=attrgetter("text"))


def read(courier: Courier, body: bytes) -> Delivery:
    delivery = open_format(courier).read(body, RECEIVED_AT)
    assert_storable(delivery, RECEIVED_AT)
    return delivery


def _flipped(body: bytes, random: Random) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.randbytes(1) + body[at + 1 :]


# Each of these takes the bytes of a body and makes others of them.
DAMAGES: list[Callable[[bytes, Random], bytes]] = [
    lambda body, random: body[: random.randrange(len(body) + 1)],
    lambda body, random: body[random.randrange(len(body) + 1) :],
    lambda body, random: body.replace(b'"', b"", random.randrange(3)),
    lambda body, random: body.replace(b":", b":[", 1) + b"]",
    lambda body, random: body + body,
    lambda body, random: b"[" * random.choice([1, 20, 40, 5000]) + body,
    _flipped,
    lambda body, random: _flipped(_flipped(body, random), random),
    lambda body, random: body.replace(b"null", b"NaN").replace(b"true", b"1e999"),
    lambda body, random: body.replace(b'"', b'"\\ud800', random.randrange(1, 9)),
    lambda body, random: body.replace(b'"', b'"\\u0000', random.randrange(1, 9)),
    lambda body, random: random.randbytes(random.randrange(300)),
]


@every_courier
def test_any_value_at_any_path_that_is_read_is_an_event_a_problem_or_nothing(courier: Courier):
    documents = [json.loads(sent.body) for sent in samples(courier)[:2]]
    for path in paths(courier):
        for value in ODD_VALUES:
            for document in documents:
                read(courier, json.dumps(planted(document, path, value)).encode())


@every_courier
def test_any_two_odd_values_together_are_read_too(courier: Courier):
    random = Random(courier.profile)
    document = json.loads(samples(courier)[0].body)
    for _ in range(300):
        changed = document
        for path in random.sample(paths(courier), 2):
            changed = planted(changed, path, random.choice(ODD_VALUES))
        read(courier, json.dumps(changed).encode())


@every_courier
def test_a_damaged_body_is_read_as_far_as_it_can_be(courier: Courier):
    random = Random(courier.profile)
    for damage in DAMAGES:
        for sent in samples(courier):
            read(courier, damage(sent.body, random))


@given(courier=couriers, document=values)
@EXAMPLES
def test_any_document_is_read(courier: Courier, document: object):
    read(courier, json.dumps(document).encode())


@given(courier=couriers, body=st.binary(max_size=200))
@EXAMPLES
def test_any_bytes_are_read(courier: Courier, body: bytes):
    read(courier, body)


@given(courier=couriers, value=values, data=st.data())
@EXAMPLES
def test_any_value_is_read_where_a_value_is_wanted(courier: Courier, value: object, data: st.DataObject):
    path = data.draw(st.sampled_from(paths(courier)))
    document = json.loads(samples(courier)[0].body)
    read(courier, json.dumps(planted(document, path, value)).encode())


header_texts = st.text(st.characters(max_codepoint=255), max_size=60)
header_names = st.sampled_from(
    [
        "authorization",
        "x-event-id",
        "x-hmac-signature",
        "sendcloud-signature",
        "x-ninjavan-hmac-sha256",
        "x-custom-auth",
    ]
)


@given(
    courier=couriers,
    body=st.binary(max_size=100) | values.map(lambda document: json.dumps(document).encode()),
    target=st.binary(max_size=60),
    headers=st.dictionaries(header_names | header_texts.map(str.lower), header_texts, max_size=6),
    method=st.sampled_from(["POST", "PUT", "GET", "HEAD", "DELETE", "X", ""]),
)
@settings(max_examples=200)
def test_no_random_request_is_authentic_and_none_raises(
    courier: Courier, body: bytes, target: bytes, headers: dict[str, str], method: str
):
    its_format = open_format(courier)
    sent = Request(method, target, headers, body)
    assert its_format.authenticate(sent) is None
    assert its_format.is_probe(sent) in {True, False}
    assert its_format.challenge(sent) == ""


@every_courier
def test_an_authentic_request_with_another_secret_is_refused_however_it_is_damaged(courier: Courier):
    random = Random(courier.profile)
    other = stranger(courier)
    for sent in samples(courier):
        request = request_of(sent, courier.profile)
        assert open_format(courier).authenticate(request)
        assert other.authenticate(request) is None
        for damage in DAMAGES:
            damaged = request._replace(body=damage(request.body, random))
            assert other.authenticate(damaged) is None
            open_format(courier).authenticate(damaged)


@every_courier
@pytest.mark.parametrize(
    "change",
    [
        lambda value: "",
        lambda value: value + " ",
        lambda value: value[:-1],
        lambda value: value[1:],
        lambda value: f"{value},{value}",
        lambda value: f"{value}, {value}",
        lambda value: value.swapcase() + "x",
        lambda value: value * 1000,
        lambda value: "\xff" * len(value),
        lambda value: value.replace("=", "%3D") + "%",
    ],
)
def test_a_changed_header_is_refused(courier: Courier, change: Callable[[str], str]):
    sent = samples(courier)[0]
    request = request_of(sent, courier.profile)
    for name in request.headers.keys() - {"content-type", "user-agent", "accept"}:
        changed = {**request.headers, name: change(request.headers[name])}
        assert open_format(courier).authenticate(request._replace(headers=changed)) is None


def test_a_planted_value_is_where_its_path_leads():
    document = {"a": [{"b": 1}, {"b": 2}], "c": "text"}
    for text in ("a[].b", "a[-1].b", "c.d[0].e", "x[].y[].z", "c", "a"):
        path = parse_path(text)
        assert path.value(planted(document, path, "planted")) == "planted"
    assert parse_path("[].a").value(planted({}, parse_path("[].a"), 7)) == 7
