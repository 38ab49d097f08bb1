"""What a profile says of itself to people."""

import pytest

from tests.support.invented import profile
from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.files import builtin_names, load_profile
from webhook_receiver.profiles.schema.trust import Trust
from worker.application.sources.descriptions import TRUST_SENTENCES, TRUST_WORDS, describe

RICH = profile(
    top='probes = ["empty"]\ncontent = "form"',
    auth="""
[options.header]
help = "its name"
[auth.signature]
kind = "hmac"
from = "header:{option:header}"
item = "v1"
encoding = "base64"
message = "{time}.{body}"
time = { from = "header:X-Time" }
[auth.sum]
kind = "digest"
from = "body:sum"
message = "{secret}{body}"
[auth.url]
kind = "static"
from = "query:token"
[auth.login]
kind = "basic"
""",
    document='unwrap = "payload"\neach = "items[]"',
    read='number = ["items[].ref", "ref"]\n[read.time_of]\nD = "items[].done_at"',
    status="""
from = ["items[].state", "sub"]
rows = [[["D", "E"], "", "delivered"], ["P", "*", "picked_up"], ["", "x", "info"]]
""",
    more='[answer]\nstatus = 202\nbody = "{}"',
)


def test_each_method_says_what_goes_where():
    told = [(method.name, method.where, method.what, method.trust) for method in describe("fastbox", RICH).auth]
    assert told == [
        ("signature", "header <header>",
         "HMAC-SHA256 in Base64 of {time}.{body}, with the time in header X-Time, as the item v1", "signed"),
        ("sum", "field sum of the body", "SHA256 in hex of {secret}{body}", "signed"),
        ("url", "?token=… in the URL", "the secret itself", "token in the URL"),
        ("login", "header Authorization", "HTTP Basic: user and password", "token"),
    ]  # fmt: skip


def test_an_option_of_the_source_stands_in_its_place():
    assert describe("fastbox", RICH, {"header": "X-Mine"}).auth[0].where == "header X-Mine"


def test_fields_events_answer_and_limits_are_told():
    told = describe("fastbox", RICH)
    assert dict(told.reads) == {
        "unwrap": "payload",
        "each": "items[]",
        "number": "items[].ref, ref",
        "status": "items[].state, sub",
    }
    assert dict(told.time_of) == {"D": "items[].done_at"}
    assert dict(told.events) == {
        "shipment.picked_up": ("P | *",),
        "shipment.delivered": ("D", "E"),
        "info": ("– | x",),
    }
    assert told.answer == "202 {}"
    assert told.limits == (
        "It has no tracking number: an order with several parcels cannot be followed.",
        "It has no event id: a repeat is known by order, number, tracking, shipment, status and time.",
        "It never reports: created, in_transit, out_for_delivery, delivery_failed, cancelled, returned, lost.",
    )


def test_a_row_with_very_many_words_is_one_text():
    cell = [f"w{n}" for n in range(30)]
    chosen = profile(status=f'from = ["a", "b"]\nrows = [[{cell}, {cell}, "info"], [["x", ""], ["y", ""], "lost"]]')
    words = describe("fastbox", chosen).events
    assert len(words["info"]) == 1
    assert words["info"][0].startswith("w0 or w1 or ")
    assert words["shipment.lost"] == ("x | y", "x", "– | y", "–")


def test_without_a_reference_the_parcels_must_be_registered():
    told = describe("fastbox", profile(read='tracking = "awb"\nid = "id"'))
    assert told.limits[:2] == (
        "It names no order of yours: register each parcel with `fulfillment parcels add ORDER TRACKING --create`.",
        "It has no time: the arrival counts.",
    )


def test_a_key_and_a_prefix_are_told():
    chosen = profile(
        auth='[auth.token]\nkind = "static"\nfrom = "header:A"\nprefix = "Bearer "',
        read='number = "ref"\ntracking = "awb"\nkey = ["ref", "awb"]',
    )
    told = describe("fastbox", chosen)
    assert told.auth[0].what == "“Bearer ” and the secret itself"
    assert "It has no event id: a repeat is known by ref, awb." in told.limits


@pytest.mark.parametrize("name", [*NATIVE_PROFILES, *builtin_names()])
def test_every_profile_of_the_program_can_be_described(name: str):
    told = describe(name, None if name in NATIVE_PROFILES else load_profile(name))
    assert told.title
    assert told.auth
    assert told.trust(tuple(method.name for method in told.auth)) in TRUST_SENTENCES


def test_the_profile_capture_reads_nothing():
    assert describe("capture", load_profile("capture")).limits == (
        "Nothing is read: each body is kept, to be looked at.",
    )


def test_the_strongest_method_decides_on_the_trust():
    told = describe("fastbox", RICH)
    assert told.trust(("url", "login")) == "token"
    assert told.trust(("url", "login", "sum")) == "signed"
    assert told.trust(()) == ""


def test_each_trust_has_words_and_a_sentence():
    assert list(TRUST_WORDS) == list(Trust)
    assert set(TRUST_SENTENCES) == set(TRUST_WORDS.values())
