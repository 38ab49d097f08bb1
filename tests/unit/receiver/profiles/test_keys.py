"""The key of an event: by the courier's id, by the fields of the profile, or by what makes news."""

import json

import pytest

from tests.support.invented import delivery, event, flaws, profile, reading
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.domain.reasons import QuarantineReason

PLAIN = profile(read='number = "ref"\ntracking = "awb"\nshipment = "ship"\ntime = "at"\nnote = "note"')
WITH_ID = profile(read='number = "ref"\nid = ["event_id", "id"]\nkey = ["other"]')
BY_FIELDS = profile(read='number = "ref"\nkey = ["a", "b.c"]\ntime = "at"')
SIGNED = '[auth.sig]\nkind = "hmac"\nfrom = "body:sig"\nmessage = "{field:ref}:{field:state}:{field:at}"\n'
PARTLY = profile(auth=SIGNED, read='number = "ref"\ntracking = "awb"\ntime = "at"\nkey = ["ref", "state", "at"]')
GOOD = {"state": "D", "ref": "ORD-1", "awb": "T1", "at": "2026-11-27T12:00:00Z"}


def key(chosen: ProfileFile, **fields: object) -> str:
    return event(chosen, GOOD | fields).key


def fields_of(chosen: ProfileFile, **fields: object) -> tuple[str, ...]:
    """Return the fields from which the key was made."""
    made = reading(chosen, GOOD | fields).key
    assert made
    return made.fields


def test_the_couriers_id_is_the_key():
    assert key(WITH_ID, event_id="evt_1", other="x") == "evt_1"
    assert key(WITH_ID, event_id="", id=17) == "17"
    assert fields_of(WITH_ID, id=17) == ("id",)


def test_without_an_id_the_fields_of_the_key_count():
    assert key(WITH_ID, other="x") == key(WITH_ID, other="x", note="other") != key(WITH_ID, other="y")


@pytest.mark.parametrize("change", [{"a": 2}, {"b": {"c": 2}}, {"a": None}, {"b": None}, {"a": [1]}])
def test_each_field_of_the_key_makes_another_event(change: dict[str, object]):
    assert key(BY_FIELDS, a=1, b={"c": 1}) != key(BY_FIELDS, **({"a": 1, "b": {"c": 1}} | change))


@pytest.mark.parametrize(
    "change", [{"ref": "ORD-2"}, {"state": "T"}, {"at": None}, {"note": "x"}, {"b": {"c": 1, "d": 2}}]
)
def test_no_other_field_does(change: dict[str, object]):
    fields = {"a": 1, "b": {"c": 1}}
    assert key(BY_FIELDS, **fields) == key(BY_FIELDS, **(fields | change))


def test_the_fields_of_a_key_keep_their_places():
    assert key(BY_FIELDS, a="x", b={"c": "y"}) != key(BY_FIELDS, a="y", b={"c": "x"})
    assert key(BY_FIELDS, a="x", b=None) != key(BY_FIELDS, a=None, b={"c": "x"})
    assert key(BY_FIELDS, a='x","y', b={"c": "z"}) != key(BY_FIELDS, a="x", b={"c": 'y","z'})


def test_a_key_without_any_of_its_fields_is_quarantined_with_their_names():
    result = delivery(BY_FIELDS, GOOD | {"a": "", "b": {"c": None}})
    assert (result.unusable, result.detail) == (QuarantineReason.NO_KEY, "neither id nor a, b.c")


@pytest.mark.parametrize("value", [1.5, [], [1, {"x": 2}], {"x": 1, "y": 2}, False, 0])
def test_any_value_may_be_in_a_key(value: object):
    assert key(BY_FIELDS, a=value) == key(BY_FIELDS, a=value)
    assert key(BY_FIELDS, a=value) != key(BY_FIELDS, a="other")


def test_an_object_in_a_key_is_the_same_in_any_order():
    assert key(BY_FIELDS, a={"x": 1, "y": 2}) == key(BY_FIELDS, a={"y": 2, "x": 1})


@pytest.mark.parametrize(
    "change", [{"ref": "ORD-2"}, {"awb": "T2"}, {"ship": "S"}, {"state": "T"}, {"at": "x"}, {"at": None}]
)
def test_by_default_order_parcel_status_and_time_make_an_event(change: dict[str, object]):
    assert key(PLAIN) != key(PLAIN, **change)


def test_by_default_nothing_else_does():
    assert key(PLAIN) == key(PLAIN, note="x", url="https://t.example", more=1)
    assert fields_of(PLAIN) == ("number", "tracking", "status", "time")


def test_every_cell_of_the_status_makes_an_event_even_in_one_row():
    status = 'from = ["state", "sub"]\nrows = [["D", "*", "delivered"]]'
    chosen = profile(status=status)
    assert key(chosen, sub=1) != key(chosen, sub=2)


@pytest.mark.parametrize(("first", "second"), [("soon", "later"), ([1], [2]), ({"a": 1}, {"a": 2}), (1.25, 1.5)])
def test_unreadable_times_make_events_too(first: object, second: object):
    assert key(PLAIN, at=first) != key(PLAIN, at=second)
    assert key(PLAIN, at=first) == key(PLAIN, at=first)


def test_two_elements_of_a_batch_have_keys_of_their_own():
    chosen = profile(
        document='each = "items[]"',
        read='number = "ref"\ntime = "items[].at"',
        status='from = "items[].state"\nrows = [["D", "delivered"]]',
    )
    items = [{"state": "D", "at": "2026-11-27T12:00:00Z"}, {"state": "D", "at": "2026-11-27T13:00:00Z"}]
    result = delivery(chosen, {"ref": "1", "items": items})
    assert len({one.key for one in result.events}) == 2


def test_two_sources_have_names_of_their_own_in_their_events():
    assert event(PLAIN, GOOD).source == "fastbox"


@pytest.mark.parametrize("change", [{"awb": "T2"}, {"note": "x"}, {"url": "https://evil.example"}, {"awb": None}])
def test_a_replay_with_other_unsigned_fields_has_the_same_key(change: dict[str, object]):
    assert key(PARTLY) == key(PARTLY, **change)


@pytest.mark.parametrize(
    ("field", "value", "same"),
    [("ref", "17", 17), ("at", "1795816800", 1795816800), ("state", "true", True), ("at", None, ""), ("at", "-5", -5)],
)
def test_a_replay_that_writes_the_same_signed_text_otherwise_has_the_same_key(field: str, value: object, same: object):
    chosen = profile(
        auth=SIGNED,
        read='number = "ref"\nkey = ["ref", "state", "at"]',
        status='from = "state"\nrows = [["D", "delivered"], ["true", "lost"]]',
    )
    assert key(chosen, **{field: value}) == key(chosen, **{field: same})


def test_a_replay_with_another_signed_field_has_another_key():
    assert len({key(PARTLY), key(PARTLY, ref="ORD-2"), key(PARTLY, state="T"), key(PARTLY, at="x")}) == 4


SIGNED_KEY = 'number = "ref"\nkey = ["ref", "state"]'


@pytest.mark.parametrize(
    ("read", "flaw"),
    [
        ('number = "ref"', "read.key is missing: auth.sig signs single fields only"),
        ('number = "ref"\nkey = ["ref", "awb"]', "read.key has awb, which auth.sig does not sign"),
        ('number = "ref"\nkey = ["ref"]\nid = "evt"', "read.id has evt, which auth.sig does not sign"),
        ('number = "ref"\nid = "ref"', "read.key is missing"),
    ],
)
def test_the_key_and_the_id_must_be_signed_when_only_some_fields_are(read: str, flaw: str):
    assert any(found.startswith(flaw) for found in flaws(auth=SIGNED, read=read))


def test_a_signed_id_and_a_signed_key_are_good():
    assert not flaws(auth=SIGNED, read='number = "ref"\nid = "ref"\nkey = ["ref", "state", "at"]')


def test_a_signed_whole_body_covers_any_key():
    body = SIGNED.replace('message = "', 'message = "{body}')
    assert not flaws(auth=body, read='number = "ref"\nkey = ["anything"]\nid = "evt"')


def test_a_signed_field_that_is_the_document_covers_all_of_it():
    auth = SIGNED.replace("{field:ref}:", "{field:payload}")
    assert not flaws(auth=auth, document='unwrap = "payload"', read='number = "ref"\nid = "evt"')


def test_fields_beside_the_document_cover_nothing_of_it():
    found = flaws(auth=SIGNED, document='unwrap = "payload"', read='number = "ref"\nkey = ["ref", "state"]')
    assert found == (
        "auth.sig.message signs nothing of the document in payload: it must hold {body} or {field:payload}",
    )


def test_a_method_that_signs_nothing_makes_no_demand_on_the_key():
    digest = '[auth.sig]\nkind = "digest"\nfrom = "header:X"\nmessage = "{secret}{path}"\n'
    assert not flaws(auth=digest, read='number = "ref"\nid = "evt"')


def test_keys_are_short_printable_texts():
    for fields in ({}, {"a": "x" * 5000}, {"a": "\u202e"}):
        found = key(BY_FIELDS, **({"a": 1} | fields))
        assert found.isascii()
        assert len(found) < 100
    assert json.dumps(key(PLAIN))
