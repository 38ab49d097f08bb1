"""Only calls with the account's names, a fresh timestamp and the right signature reach an order."""

import pytest

from deploy.sandbox.awalchat.account import Account
from deploy.sandbox.incoming import Incoming

VECTOR_BODY = (
    b'{"id":"evt_1","event":"shipment.delivered","timestamp":"2024-01-25T14:30:00Z",'
    b'"data":{"order_id":1,"tracking_number":"TRK1"}}'
)


def test_the_formula_gives_the_published_test_vector():
    account = Account(domain="d", client_id="c", phone_number_id="1", hmac_secret="whsec_test")
    incoming = Incoming("POST", "/webhooks/courier", "", {"x-timestamp": "1706193000"}, VECTOR_BODY)
    assert account.signature(incoming) == "sha256=cc9d8046908052d1b6364beaf50b8cb41756f72d64bcb7d463b90b6dd236429f"


def test_the_secret_is_not_in_the_account_s_repr():
    assert "whsec_test" not in repr(Account(domain="d", client_id="c", phone_number_id="1", hmac_secret="whsec_test"))


def test_a_rightly_signed_call_is_answered(api):
    api.order(order_number="A-1")
    assert api.get(1).json["data"]["order_number"] == "A-1"


@pytest.mark.parametrize("header", ["Accept", "X-Awal-Signature-256", "X-Timestamp", "X-Domain", "X-Client-ID"])
def test_each_header_is_demanded_and_named(api, header):
    answer = api.call("GET", "/orders/1", **{header: None})
    assert (answer.code, answer.json["error"]) == (400, "missing_headers")
    assert list(answer.json["details"]) == [header.lower()]


def test_any_media_type_is_not_the_documented_accept_header(api):
    assert api.call("GET", "/orders/1", Accept="*/*").json["error"] == "missing_headers"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Domain", "other"),
        ("X-Client-ID", "other"),
        ("X-Timestamp", "1706193000"),
        ("X-Timestamp", "170619300"),
        ("X-Timestamp", "+170619300"),
        ("X-Awal-Signature-256", "sha256=" + "0" * 64),
        ("X-Awal-Signature-256", "\xe9"),
    ],
)
def test_wrong_credentials_are_one_and_the_same_answer(api, header, value):
    answer = api.call("GET", "/orders/1", **{header: value})
    assert (answer.code, answer.json["error"], answer.json["details"]) == (401, "authentication_failed", {})


@pytest.mark.parametrize("drift", [-301, 301])
def test_a_timestamp_older_or_newer_than_five_minutes_fails(api, clock, drift):
    headers = api.signed("GET", "/api/v1/orders?phone_number_id=123456")
    clock.now += drift
    assert api.send("GET", "/api/v1/orders?phone_number_id=123456", headers, b"").code == 401
    clock.now -= drift / abs(drift)
    assert api.send("GET", "/api/v1/orders?phone_number_id=123456", headers, b"").code == 200


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "upper"])
def test_every_signed_part_counts(api, part):
    api.order()
    target, body = "/api/v1/orders/1?phone_number_id=123456", b'{"admin_notes":"x"}'
    headers = {**api.signed("PUT", target, body), "Content-Type": "application/json"}
    wrong = {
        "method": api.signed("GET", target, body),
        "path": api.signed("PUT", target, body, signs="/orders/1?phone_number_id=123456"),
        "query": api.signed("PUT", target, body, signs="/api/v1/orders/1phone_number_id=123456"),
        "body": api.signed("PUT", target, b'{"admin_notes":"y"}'),
        "upper": {"X-Awal-Signature-256": headers["X-Awal-Signature-256"].upper()},
    }
    assert api.send("PUT", target, {**headers, **wrong[part]}, body).code == 401
    assert api.seen()["admin_notes"] is None
    assert api.send("PUT", target, headers, body).code == 200


def test_the_path_may_be_signed_from_behind_the_base_url(another):
    api = another(signs_full_path=False)
    target, signs = "/api/v1/orders?phone_number_id=123456", "/orders?phone_number_id=123456"
    assert api.send("GET", target, api.signed("GET", target, signs=signs), b"").code == 200
    assert api.send("GET", target, api.signed("GET", target), b"").code == 401


def test_a_base_url_may_have_no_path(another):
    api = another(base_path="")
    api.order()
    assert api.get(1).code == 200


def test_escapes_in_the_path_are_signed_as_they_were_sent(api):
    api.order()
    assert api.get("%31").json["error"] == "resource_not_found"
