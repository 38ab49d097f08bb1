"""A delivery that is made by a profile is authentic, and is read as the event that was wanted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import read_order_id, source_of
from tests.support.receiver import COURIER
from webhook_receiver.profiles.composition.compose import compose, events_of
from webhook_receiver.profiles.composition.writing import NewEvent
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.schema.files import parse_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.errors import IllegalRequest
from worker.domain.events import Event, EventName
from worker.domain.instants import SECOND
from worker.ports import Delivery

NOW_SECONDS = 1_795_824_000
NOW = NOW_SECONDS * SECOND
TARGET = b"/webhooks/fastbox"

PLAIN = """
title = "FastBox"
[auth.token]
kind = "static"
from = "header:X-Token"
[read]
number = "ref"
tracking = "awb"
time = "at"
[status]
from = "state"
rows = [["done", "delivered"], ["moving*", "in_transit"], ["", "info"], ["*", "created"]]
"""


def source(profile: ProfileFile | str = PLAIN, secrets: Mapping[str, str] | None = None, **changes: Any) -> Source:
    """Return a source with an invented profile, and the secret of each of its methods."""
    parsed = parse_profile(profile, "fastbox.toml") if isinstance(profile, str) else profile
    texts = secrets or {name: f"secret-of-{name}:x" for name in parsed.auth}
    keys = {name: (text.encode(), b"older-secret:x") for name, text in texts.items()}
    made = Source("fastbox", parsed, keys, "main", read_order_id, frozenset({"shipment"}))
    return replace(made, **changes)


def read(source: Source, request: Request) -> tuple[Delivery, Event]:
    """Authenticate and read *request*, as the receiver does."""
    authentic = format_of(source).authenticate(request)
    assert authentic is not None
    assert authentic.signed_at in {None, NOW}
    delivery = format_of(source).read(request.body, NOW)
    assert (delivery.unusable, delivery.detail) == (None, "")
    (event,) = delivery.events
    return delivery, event


def made(source: Source, name: str = "shipment.delivered", **fields: Any) -> Request:
    return compose(source, NewEvent(EventName(name), **fields), TARGET, NOW_SECONDS, "test-1")


def every_event() -> Iterator[tuple[Source, str]]:
    for courier in COURIERS:
        a_source = source_of(courier)
        yield from ((a_source, name) for name in events_of(a_source))


@pytest.mark.parametrize(
    ("source", "name"), [pytest.param(source, name, id=f"{source.name} {name}") for source, name in every_event()]
)
def test_every_event_of_every_built_in_profile_can_be_made(source: Source, name: str):
    _, event = read(source, made(source, name, tracking="TRK1"))
    assert (event.name, event.tracking, event.occurred_at) == (name, "TRK1", NOW)


@pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.profile)
def test_a_made_delivery_names_the_order_as_the_profile_reads_it(courier):
    a_source = source_of(courier, number_prefix="TK-")
    assert isinstance(a_source.profile, ProfileFile)
    if not a_source.profile.read.number:
        with pytest.raises(IllegalRequest, match="reads no order number"):
            made(a_source, events_of(a_source)[0], number="ORD-1")
        return
    _, event = read(a_source, made(a_source, events_of(a_source)[0], number="ORD-1", tracking="TRK1"))
    assert event.order.order_id == "number:ORD-1"
    by_id = replace(a_source, reference="id")
    _, event = read(by_id, made(by_id, events_of(a_source)[0], order=17, tracking="TRK1"))
    assert event.order.order_id == "17"


@pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.profile)
def test_every_set_of_methods_of_a_built_in_profile_can_be_satisfied(courier):
    profile = source_of(courier).profile
    assert isinstance(profile, ProfileFile)
    for names in ([*profile.auth], *([name] for name in profile.auth)):
        a_source = source_of(courier, {name: ["päss of sixteen bytes", "another-secret"] for name in names})
        read(a_source, made(a_source, events_of(a_source)[0], tracking="TRK1"))


AUTH = {
    "a secret in the query": 'kind = "static"\nfrom = "query:token"',
    "a secret in the body": 'kind = "static"\nfrom = "body:meta.token"',
    "a secret with a prefix": 'kind = "static"\nfrom = "header:Authorization"\nprefix = "Token "',
    "basic": 'kind = "basic"',
    "a signature in Base64": 'kind = "hmac"\nfrom = "header:X-Sig"\nencoding = "base64"\nprefix = "sha256="',
    "a list of items": (
        'kind = "hmac"\nfrom = "header:X-Sig"\nitem = "v1"\nmessage = "{time}.{body}"\nhash = "sha512"\n'
        'time = {from = "header:X-Sig", item = "t"}'
    ),
    "a signed time beside it": (
        'kind = "hmac"\nfrom = "header:Webhook-Signature"\nprefix = "v1,"\nencoding = "base64"\n'
        'message = "{header:webhook-id}.{time}.{body}"\ntime = {from = "header:Webhook-Timestamp"}'
    ),
    "a signature of the request": 'kind = "hmac"\nfrom = "header:X-Sig"\nmessage = "{method} {path}?{query}\\n{body}"',
    "a signature in the query": 'kind = "hmac"\nfrom = "query:sig"\nmessage = "{path}{body}"\nhash = "sha1"',
    "a signature in the body": 'kind = "hmac"\nfrom = "body:sign"\nmessage = "{field:ref}|{field:state}|{field:at}"',
    "a digest": (
        'kind = "digest"\nfrom = "body:md5"\nhash = "md5"\nmessage = "{secret}{field:ref}{field:state}{field:at}"'
    ),
}


@pytest.mark.parametrize("auth", AUTH.values(), ids=AUTH)
def test_every_kind_of_authentication_can_be_computed(auth: str):
    signed = 'key = ["ref", "state", "at"]\n[status]' if "field" in auth else "[status]"
    a_source = source(PLAIN.replace('kind = "static"\nfrom = "header:X-Token"', auth).replace("[status]", signed))
    _, event = read(a_source, made(a_source, number="ORD-1"))
    assert event.order.order_id == "number:ORD-1"
    other_secret = replace(a_source, secrets={"token": (b"another-secret:x",)})
    assert format_of(other_secret).authenticate(made(a_source, number="ORD-1")) is None


def test_the_path_is_signed_with_the_prefix_that_a_proxy_removes():
    a_source = source(
        PLAIN.replace('"static"\nfrom = "header:X-Token"', '"hmac"\nfrom = "header:X-Sig"\nmessage = "{path}{body}"'),
        public_prefix="/shop",
    )
    request = made(a_source, number="ORD-1")
    assert request.target == TARGET
    read(a_source, request)
    assert format_of(replace(a_source, public_prefix="")).authenticate(request) is None


def test_secrets_are_added_to_the_query_that_the_url_has():
    a_source = source(PLAIN.replace("header:X-Token", "query:to ken"), {"token": "sécret & more than that"})
    request = compose(a_source, NewEvent(EventName.DELIVERED, number="1"), b"/w?a=%20", NOW_SECONDS, "test-1")
    assert request.target == b"/w?a=%20&to%20ken=s%C3%A9cret%20%26%20more%20than%20that"
    read(a_source, request)


DOCUMENTS = {
    "a form": ('content = "form"', {"ref": "ref"}, ""),
    "an array": ("", {"ref": "[].order.ref"}, '[document]\neach = "[]"'),
    "nested lists": ("", {"ref": "a[].b[].ref"}, '[document]\neach = "a[].b[]"\nonly = {"a[].kind" = ["x", "y"]}'),
    "text in a form": ('content = "form"', {"ref": "order.ref"}, '[document]\nunwrap = "payload"'),
    "the last of a list": ("", {"ref": "refs[-1]"}, '[document]\nonly = {kind = [true]}\nskip = {test = ["", "true"]}'),
}


@pytest.mark.parametrize(("first", "paths", "table"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_kind_of_document_can_be_made(first: str, paths: dict[str, str], table: str):
    text = PLAIN.replace("[auth.token]", f"{first}\n[auth.token]").replace('"ref"', f'"{paths["ref"]}"')
    if "[]" in paths["ref"]:
        above = paths["ref"].rpartition("[]")[0] + "[]."
        text = (
            text.replace('"state"', f'"{above}state"').replace('"awb"', f'"{above}awb"').replace('"at"', f'"{above}at"')
        )
    a_source = source(f"{text}\n{table}")
    _, event = read(a_source, made(a_source, number="ORD-1", tracking="TRK1"))
    assert (event.order.order_id, event.tracking, event.occurred_at) == ("number:ORD-1", "TRK1", NOW)


@pytest.mark.parametrize(
    "times",
    [
        'time = "at"\ntimes = ["unix"]',
        'time = "at"\ntimes = ["unix_ms", "iso"]',
        'time = ["at[0]", "then"]\ntimes = ["%d/%m/%Y %H:%M:%S"]',
        'time_parts = ["day", "clock"]\ntimes = ["%d.%m.%Y %H:%M:%S"]',
        'time_parts = ["day", "clock"]',
        'time_parts = ["at", "offset"]\ntimes = ["%Y-%m-%dT%H:%M:%S %z"]',
        'time = "at"\ntime_of = {done = "done_at"}',
    ],
)
def test_every_way_to_write_a_time_is_read_as_the_same_instant(times: str):
    a_source = source('zone = "Asia/Jakarta"\n' + PLAIN.replace('time = "at"', times))
    occurred_at = datetime(2026, 11, 27, 20, 3, 4, tzinfo=UTC)
    _, event = read(a_source, made(a_source, number="1", occurred_at=occurred_at))
    assert event.occurred_at == int(occurred_at.timestamp()) * SECOND


@pytest.mark.parametrize(
    ("name", "state"),
    [("shipment.in_transit", "moving"), ("shipment.created", "any"), ("shipment.lost", "gone")],
    ids=["the beginning of a text", "anything", "a word of the source"],
)
def test_the_status_is_one_that_means_the_event(name: str, state: str):
    a_source = source(statuses={"gone": "lost"})
    request = made(a_source, name, number="1")
    assert f'"state": "{state}"'.encode() in request.body
    assert read(a_source, request)[1].name == name


def test_an_event_without_an_id_has_what_its_key_is_made_of():
    a_source = source(PLAIN.replace("[status]", 'key = ["uuid", "seq"]\n[status]'))
    first, second = (compose(a_source, NewEvent(EventName.DELIVERED, number="1"), TARGET, NOW_SECONDS, n) for n in "ab")
    assert read(a_source, first)[1].key != read(a_source, second)[1].key


@pytest.mark.parametrize(
    ("change", "fields", "sentence"),
    [
        (
            {},
            {"name": "shipment.returned"},
            "no status for shipment.returned; it has some for shipment.created, shipment",
        ),
        ({}, {"parcels": 2}, "reads no number of parcels"),
        ({}, {"note": "late"}, "reads no note"),
        ({}, {"tracking_url": "https://x.test"}, "reads no tracking URL"),
        ({}, {"id": "evt_1"}, "reads no event id"),
        ({}, {"order": 1}, "reads no order id"),
        ({'"ref"': '"refs[1]"'}, {}, "only lists with one element are made"),
        ({'time = "at"': ""}, {"occurred_at": datetime(2026, 1, 1, tzinfo=UTC)}, "reads no time"),
        ({'"awb"': '"state"'}, {"tracking": "TRK1"}, "reads two different values at state"),
        ({'"awb"': '"state.awb"'}, {"tracking": "TRK1"}, "another field that has no place beside it"),
        (
            {'title = "FastBox"': 'title = "x"\ncontent = "form"', '"header:X-Token"': '"body:a.token"'},
            {},
            "reads a form",
        ),
        ({'"static"\nfrom = "header:X-Token"': '"hmac"\nfrom = "body:sign"'}, {}, "in the body that it signs"),
        (
            {'"static"\nfrom = "header:X-Token"': '"hmac"\nfrom = "query:sign"\nmessage = "{query}{body}"'},
            {},
            "in the query that it signs",
        ),
        (
            {'"static"\nfrom = "header:X-Token"': '"hmac"\nfrom = "header:X-Sig"\nmessage = "{header:Host}{body}"'},
            {},
            "signs the header host, which is made when the request is sent",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_sentence(change: dict[str, str], fields: dict[str, Any], sentence: str):
    text = PLAIN
    for old, new in change.items():
        text = text.replace(old, new)
    with pytest.raises(IllegalRequest) as refusal:
        made(source(text), **{"number": "ORD-1", **fields})
    assert str(refusal.value).startswith("the profile of fastbox ")
    assert sentence in str(refusal.value)


def test_with_ids_as_references_a_number_is_refused():
    with pytest.raises(IllegalRequest, match="name the order by its id"):
        made(source(reference="id"), number="ORD-1")


@given(number=st.text(min_size=1, max_size=60), tracking=st.text(max_size=60))
def test_any_text_is_sent_and_authenticated_as_it_is(number: str, tracking: str):
    for text in (PLAIN, 'content = "form"\n' + PLAIN):
        a_source = source(text.replace('kind = "static"\nfrom = "header:X-Token"', 'kind = "hmac"\nfrom = "header:X"'))
        request = made(a_source, number=number, tracking=tracking)
        assert format_of(a_source).authenticate(request) is not None


@pytest.mark.parametrize("text", [PLAIN, 'content = "form"\n' + PLAIN], ids=["JSON", "a form"])
def test_a_text_that_is_no_unicode_is_sent_and_left_to_the_receiver(text: str):
    delivery = format_of(source(text)).read(made(source(text), number="a\udc80").body, NOW)
    assert delivery.unusable == "bad_text"


def test_a_source_that_reads_no_events_by_a_profile_cannot_make_any():
    assert events_of(COURIER) == []
    with pytest.raises(IllegalRequest, match="the profile of courier reads no events"):
        made(COURIER)


def test_signatures_that_cover_each_other_are_refused_before_anything_is_sent():
    ring = """
[auth.first]
kind = "hmac"
from = "header:X-First"
message = "{header:X-Second}{body}"
[auth.second]
kind = "hmac"
from = "header:X-Second"
message = "{header:X-First}{body}"
[read]
"""
    text = re.sub(r"\[auth\.token\].*\[read\]\n", lambda _: ring.lstrip(), PLAIN, flags=re.DOTALL)
    with pytest.raises(IllegalRequest, match="asks for signatures that cannot be computed one after another"):
        made(source(text), number="ORD-1")


def test_a_word_of_the_source_with_fewer_cells_than_the_profile_has_is_sent():
    text = PLAIN.replace('from = "state"', 'from = ["state", "leg"]')
    text = re.sub(r"rows = .*", 'rows = [["done", "", "delivered"], ["x", "*", "info"]]', text)
    a_source = source(text, statuses={"lost?": "lost", "seen": "in_transit"})
    _, event = read(a_source, made(a_source, "shipment.lost", number="ORD-1"))
    assert event.name == "shipment.lost"
