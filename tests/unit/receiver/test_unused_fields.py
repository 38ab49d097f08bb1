"""A value that nothing may use spoils only itself: what the receiver does not use may be anything."""

import json
from collections.abc import Mapping

import pytest

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import AGO, NOW, source_of
from tests.support.couriers.samples import Courier
from tests.support.hostile import assert_storable, paths_of, planted
from tests.support.invented import delivery, profile
from tests.support.reading import RECEIVED_AT, read
from tests.support.receiver import AWALCHAT, COURIER, document
from tests.support.trials import reading_of
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.request import try_body
from webhook_receiver.profiles.trial.steps import Subject
from worker.domain.events import EventName
from worker.domain.instants import instant_of

FLAWS: Mapping[str, bytes] = {
    "half an emoji": b'"Sara \\ud83d"',
    "NUL": b'"a\\u0000b"',
    "Latin-1": b'"Jos\xe9"',
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "40 digits": b"9" * 40,
    "5,000 digits": b"9" * 5000,
    "a huge float": b"1e999",
    "a repeated key": b'{"a": 1, "a": 2}',
    "a key that cannot be stored": b'{"\\ud800": 1}',
    "deep inside": b'[{"a": [{"b": "\\udfff"}]}]',
}
flaw = pytest.mark.parametrize("raw", FLAWS.values(), ids=FLAWS)


def with_field(body: bytes, name: str, raw: bytes) -> bytes:
    """Return the JSON object in *body* with one more member at its end."""
    return body.rstrip()[:-1] + f', "{name}": '.encode() + raw + b"}"


def with_note(raw: bytes) -> bytes:
    return document(note="?").replace(b'"?"', raw)


@flaw
def test_an_ignored_field_spoils_neither_an_event_nor_a_hint(raw: bytes):
    assert read(with_field(document(), "customer_name", raw)) == read(document())
    hint = b'{"event": "order.updated", "data": {"order_id": 7, "customer_name": ' + raw + b"}}"
    assert read(hint, AWALCHAT).order.order_id == "7"


@flaw
@pytest.mark.parametrize("name", ["note", "tracking_url"])
def test_an_optional_field_that_is_flawed_is_left_out_or_marked_and_the_event_counts(name: str, raw: bytes):
    result = format_of(COURIER).read(document(**{name: "?"}).replace(b'"?"', raw), RECEIVED_AT)
    assert_storable(result, RECEIVED_AT)
    (event,) = result.events
    assert (event.name, event.order.order_id, result.unusable) == (EventName.DELIVERED, "1", None)
    assert event.note or "left out" in result.detail


@pytest.mark.parametrize(
    ("raw", "note"), [(b'"left \\ud83d there"', "left \ufffd there"), (b'"a\\u0000b"', "a\ufffdb"), (b"NaN", "")]
)
def test_a_note_keeps_what_can_be_stored_of_it(raw: bytes, note: str):
    assert read(with_note(raw)).note == note


@flaw
@pytest.mark.parametrize(
    ("path", "reasons"),
    [
        ("id", {"bad_id"}),
        ("event", {"unknown_event"}),
        ("order_id", {"bad_order_id"}),
        ("tracking_number", {"bad_tracking"}),
        ("parcels", {"bad_parcels"}),
    ],
)
def test_a_flawed_value_where_the_receiver_acts_is_refused(path: str, reasons: set[str], raw: bytes):
    body = document(**{path: "?"}) if path != "event" else document("?")
    result = format_of(COURIER).read(body.replace(b'"?"', raw), RECEIVED_AT)
    assert result.events == ()
    assert result.unusable in reasons | {"bad_text", "bad_number"}


@pytest.mark.parametrize("name", ["id", "event", "data"])
def test_a_used_key_that_comes_twice_is_refused_even_with_the_same_value(name: str):
    members = json.loads(document())
    body = with_field(document(), name, json.dumps(members[name]).encode())
    result = format_of(COURIER).read(body, RECEIVED_AT)
    assert (result.events, result.unusable) == ((), "duplicate_key")


def test_the_detail_names_the_field():
    result = format_of(COURIER).read(with_field(document(), "event", b"1"), RECEIVED_AT)
    assert result.detail == "event"


def accepted(courier: Courier) -> bytes:
    return next(one.sent.body for one in courier.samples(AGO) if one.outcome == "accepted")


@flaw
@pytest.mark.parametrize("courier", COURIERS, ids=[courier.profile for courier in COURIERS])
def test_an_unused_field_spoils_no_event_of_a_courier(courier: Courier, raw: bytes):
    its_format, received_at = format_of(source_of(courier)), instant_of(NOW)
    expected = its_format.read(accepted(courier), received_at)
    assert expected.events
    assert its_format.read(with_field(accepted(courier), "zz_unused", raw), received_at).events == expected.events


BATCH = profile(
    document='each = "parcels[]"\nonly = { "parcels[].kind" = ["parcel"] }',
    read='number = "parcels[].ref"',
    status='from = "parcels[].state"\nrows = [["D", "delivered"]]',
)


@pytest.mark.parametrize("name", ["kind", "state", "ref"])
@pytest.mark.parametrize("raw", [b'"\\ud800"', b"NaN", b'"parcel", "%s": "parcel"'])
def test_a_flawed_element_of_a_batch_spoils_only_itself(name: str, raw: bytes):
    bad = {"kind": "parcel", "state": "D", "ref": "2"} | {name: "?"}
    elements = [{"kind": "parcel", "state": "D", "ref": ref} for ref in ("1", "3")]
    body = json.dumps({"parcels": [elements[0], bad, elements[1]]}).encode()
    result = delivery(BATCH, body.replace(b'"?"', raw.replace(b"%s", name.encode())))
    assert [event.order.order_id for event in result.events] == ["number:1", "number:3"]
    assert result.unusable in {"bad_text", "bad_number", "duplicate_key"}


@pytest.mark.parametrize("raw", [b'"\\ud800"', b"NaN", b'"parcel", "kind": "parcel"'])
@pytest.mark.parametrize("key", ["only", "skip"])
def test_a_delivery_whose_interest_is_not_clear_is_quarantined_and_not_ignored(key: str, raw: bytes):
    chosen = profile(document=f'{key} = {{ kind = ["parcel"] }}')
    result = delivery(chosen, b'{"state": "D", "ref": "1", "kind": ' + raw + b"}")
    assert (result.events, result.detail) == ((), "kind")
    assert result.unusable in {"bad_text", "bad_number", "duplicate_key"}
    assert reading_of(chosen, b'{"state": "D", "ref": "1", "kind": ' + raw + b"}").reason == result.unusable


@flaw
def test_a_trial_says_what_the_receiver_does(raw: bytes):
    chosen = profile(read='number = "ref"\ntime = "at"\nnote = "note"\nparcels = "pieces"')
    for name in ("unused", "state", "ref", "at", "note", "pieces"):
        body = with_field(b'{"state": "D", "ref": "1"}'.replace(name.encode(), b"x"), name, raw)
        result, trial = delivery(chosen, body), reading_of(chosen, body)
        assert (list(trial.events), trial.reason or None) == (list(result.events), result.unusable)


@pytest.mark.parametrize("courier", COURIERS, ids=[courier.profile for courier in COURIERS])
def test_a_trial_of_a_flawed_delivery_of_a_courier_says_what_the_receiver_does(courier: Courier):
    source, received_at = source_of(courier), instant_of(NOW)
    its_format, chosen = format_of(source), source.profile
    assert isinstance(chosen, ProfileFile)
    for path in paths_of(chosen):
        for value in ("half \ud83d", float("nan"), 10**40):
            body = json.dumps(planted(json.loads(accepted(courier)), path, value)).encode()
            result = its_format.read(body, received_at)
            trial = try_body(Subject(chosen, source, {}, received_at), body)
            assert [*trial.events] == [*dict.fromkeys(result.events)], (path, value)
            assert trial.reason == (result.unusable or ""), (path, value)
