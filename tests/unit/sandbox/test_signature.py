"""awalchat accepts only calls with the account's headers, a fresh timestamp and a valid signature."""

import pytest

from deploy.sandbox.awalchat.account import Account
from deploy.sandbox.http_request import HttpRequest

VECTOR_BODY = (
    b'{"id":"evt_1","event":"shipment.delivered","timestamp":"2024-01-25T14:30:00Z",'
    b'"data":{"order_id":1,"tracking_number":"TRK1"}}'
)


def test_the_formula_gives_the_published_test_vector():
    account = Account(domain="d", client_id="c", phone_number_id="1", hmac_secret="whsec_test")
    request = HttpRequest("POST", "/webhooks/courier", "", {"x-timestamp": "1706193000"}, VECTOR_BODY)
    assert account.signature(request) == "sha256=cc9d8046908052d1b6364beaf50b8cb41756f72d64bcb7d463b90b6dd236429f"


def test_the_secret_is_not_in_the_account_s_repr():
    assert "whsec_test" not in repr(Account(domain="d", client_id="c", phone_number_id="1", hmac_secret="whsec_test"))


def test_a_call_with_a_valid_signature_succeeds(api):
    api.add_order(order_number="A-1")
    assert api.get(1).json["data"]["order_number"] == "A-1"


@pytest.mark.parametrize("header", ["Accept", "X-Awal-Signature-256", "X-Timestamp", "X-Domain", "X-Client-ID"])
def test_each_header_is_required_and_named_when_it_is_missing(api, header):
    response = api.call("GET", "/orders/1", **{header: None})
    assert (response.status, response.json["error"]) == (400, "missing_headers")
    assert list(response.json["details"]) == [header.lower()]


def test_accept_must_be_the_documented_media_type(api):
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
def test_all_wrong_credentials_get_the_same_error(api, header, value):
    response = api.call("GET", "/orders/1", **{header: value})
    assert (response.status, response.json["error"], response.json["details"]) == (401, "authentication_failed", {})


@pytest.mark.parametrize("drift_s", [-301, 301])
def test_a_timestamp_more_than_five_minutes_off_fails(api, clock, drift_s):
    headers = api.credentials("GET", "/api/v1/orders?phone_number_id=123456")
    clock.now_s += drift_s
    assert api.send("GET", "/api/v1/orders?phone_number_id=123456", headers, b"").status == 401
    clock.now_s -= drift_s / abs(drift_s)
    assert api.send("GET", "/api/v1/orders?phone_number_id=123456", headers, b"").status == 200


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "upper"])
def test_a_change_of_any_signed_part_fails(api, part):
    api.add_order()
    target, body = "/api/v1/orders/1?phone_number_id=123456", b'{"admin_notes":"x"}'
    headers = {**api.credentials("PUT", target, body), "Content-Type": "application/json"}
    wrong = {
        "method": api.credentials("GET", target, body),
        "path": api.credentials("PUT", target, body, signed_target="/orders/1?phone_number_id=123456"),
        "query": api.credentials("PUT", target, body, signed_target="/api/v1/orders/1phone_number_id=123456"),
        "body": api.credentials("PUT", target, b'{"admin_notes":"y"}'),
        "upper": {"X-Awal-Signature-256": headers["X-Awal-Signature-256"].upper()},
    }
    assert api.send("PUT", target, {**headers, **wrong[part]}, body).status == 401
    assert api.stored_order()["admin_notes"] is None
    assert api.send("PUT", target, headers, body).status == 200


def test_the_signed_path_can_begin_after_the_base_path(build_api):
    api = build_api(signs_full_path=False)
    target, signed_target = "/api/v1/orders?phone_number_id=123456", "/orders?phone_number_id=123456"
    assert api.send("GET", target, api.credentials("GET", target, signed_target=signed_target), b"").status == 200
    assert api.send("GET", target, api.credentials("GET", target), b"").status == 401


def test_the_base_path_can_be_empty(build_api):
    api = build_api(base_path="")
    api.add_order()
    assert api.get(1).status == 200


def test_escapes_in_the_path_are_signed_and_not_decoded(api):
    api.add_order()
    assert api.get("%31").json["error"] == "resource_not_found"
