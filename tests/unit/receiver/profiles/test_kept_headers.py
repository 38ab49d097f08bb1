"""Of a request's headers, all names are kept, and no value that may be a secret."""

import json
from dataclasses import replace

import pytest

from tests.support.couriers.bosta import BOSTA
from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import AGO, request_of, source_of
from tests.support.couriers.samples import Courier
from tests.support.receiver import AWALCHAT, COURIER, document, signed
from webhook_receiver.profiles.captures import captured
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.kept_headers import MAX_BYTES, SHOWN, kept_headers
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source

SECRETS = {
    "authorization": "Bearer s3cret",
    "cookie": "s3cret",
    "x-api-key": "s3cret",
    "x-awal-signature-256": "sha256=s3cret",
    "x-forwarded-for": "s3cret",
}


def test_values_that_say_what_was_sent_are_kept_and_of_all_others_the_names():
    shown = {"content-type": "application/json", "user-agent": "Fastbox/1.0", "x-event-id": "evt_1"}
    kept = json.loads(kept_headers(shown | SECRETS))
    assert kept == shown | dict.fromkeys(SECRETS)


@pytest.mark.parametrize("source", [COURIER, AWALCHAT])
def test_a_delivery_in_a_native_format_keeps_its_timestamp_and_not_its_signature(source: Source):
    headers = {name.lower(): value for name, value in signed(document()).items()}
    kept = json.loads(format_of(source).headers(Request("POST", b"/", headers, document())))
    assert kept == {"x-awal-signature-256": None, "x-timestamp": headers["x-timestamp"]}


@pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.profile)
def test_no_secret_of_a_courier_is_kept(courier: Courier):
    request = request_of(courier.sent(courier.document("delivered", AGO(1)), courier.secrets), "courier")
    kept = json.loads(format_of(source_of(courier)).headers(request))
    values = {value for value in kept.values() if value}
    assert kept.keys() == request.headers.keys()
    assert not any(secret in value for value in values for secret in courier.secrets.values())
    assert values <= {"application/json", *(value for name, value in request.headers.items() if name in SHOWN)}


def test_a_header_that_authenticates_is_not_kept_even_if_others_of_its_name_would_be():
    name = "User-Agent"
    profile = source_of(BOSTA).profile
    method, table = next(iter(profile.auth.items()))  # type: ignore[union-attr] # it is a file
    changed = profile.model_copy(update={"auth": {method: table.model_copy(update={"from_": f"header:{name}"})}})  # type: ignore[union-attr]
    source = replace(source_of(BOSTA), profile=changed)
    request = Request("POST", b"/", {"user-agent": "s3cret", "content-type": "text/plain"}, b"")
    assert json.loads(format_of(source).headers(request)) == {"user-agent": None, "content-type": "text/plain"}


def test_a_captured_request_keeps_no_value_because_nobody_knows_yet_which_one_is_the_secret():
    headers = dict.fromkeys(SHOWN, "s3cret") | SECRETS
    kept = captured("new", Request("POST", b"/webhooks/new", headers, b""), 0).headers
    assert json.loads(kept) == dict.fromkeys(headers)


def test_what_is_kept_is_bounded_and_can_be_stored_whatever_is_sent():
    many = {f"x-{number}-{'n' * 500}": "v" for number in range(200)}
    odd = {"user-agent": "\x00\x1b[31m\udcff\u202e" * 500, "content-type": '"},{' * 100}
    for headers in (many, odd, odd | many, dict.fromkeys(SHOWN, "\x00" * 500), {}):
        text = kept_headers(headers)
        assert len(text) <= MAX_BYTES
        assert text.isascii()
        assert text.isprintable()
        assert isinstance(json.loads(text), dict)
    assert "user-agent" in json.loads(kept_headers(odd | many))
