"""Signatures: the formula, the exact form of the headers, several secrets, other parts, a proxy's prefix."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.receiver import COURIER, NOW_SECONDS, SECRET, sign
from webhook_receiver.requests import Request
from webhook_receiver.signatures import signed_at

VECTOR_BODY = (
    b'{"id":"evt_1","event":"shipment.delivered","timestamp":"2024-01-25T14:30:00Z",'
    b'"data":{"order_id":1,"tracking_number":"TRK1"}}'
)
SIGNATURE = "sha256=cc9d8046908052d1b6364beaf50b8cb41756f72d64bcb7d463b90b6dd236429f"
TIMESTAMP = "1706193000"


def request(
    *,
    method: str = "POST",
    target: bytes = b"/webhooks/courier",
    signature: str = SIGNATURE,
    timestamp: str = TIMESTAMP,
    body: bytes = VECTOR_BODY,
) -> Request:
    """Return the request of the published test vector, with changes."""
    return Request(method, target, {"x-awal-signature-256": signature, "x-timestamp": timestamp}, body)


def test_the_published_test_vector_is_authentic():
    assert len(VECTOR_BODY) == 125
    assert signed_at(request(), COURIER) == NOW_SECONDS * 1_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"target": b"/webhooks/courier/"},
        {"target": b"/webhooks/couri%65r"},
        {"target": b"/webhooks/courier?x"},
        {"timestamp": "1706193001"},
        {"body": VECTOR_BODY + b" "},
        {"signature": SIGNATURE[:-1] + "e"},
    ],
)
def test_a_request_with_one_changed_byte_is_not_authentic(change: dict[str, Any]):
    assert signed_at(request(**change), COURIER) is None


@pytest.mark.parametrize(
    "signature",
    [
        "",
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.upper(),
        "sha256=" + SIGNATURE.removeprefix("sha256=").upper(),
        SIGNATURE + "\n",
        " " + SIGNATURE,
        f"{SIGNATURE}, {SIGNATURE}",
        SIGNATURE[:-1],
        SIGNATURE + "0",
        "sha256=" + "\u0663" * 64,
        SIGNATURE + "\udc80",
    ],
)
def test_a_signature_in_another_form_is_not_accepted(signature: str):
    assert signed_at(request(signature=signature), COURIER) is None


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "170619300",
        "17061930000",
        "1_06193000",
        "+706193000",
        "-706193000",
        "1706193.00",
        " 1706193000",
        "1706193000\n",
        "1706193000, 1706193000",
        "١٧٠٦١٩٣٠٠٠",  # Arabic digits
    ],
)
def test_a_timestamp_in_another_form_is_not_accepted_even_if_it_was_signed(timestamp: str):
    message = timestamp if timestamp.isascii() else "1706193000"
    signature = sign(VECTOR_BODY, "/webhooks/courier", timestamp=message)
    assert signed_at(request(timestamp=timestamp, signature=signature), COURIER) is None


@pytest.mark.parametrize("target", ["/webhooks/courier?a=1&b=%20", "/webhooks/%63ourier", "/webhooks/courier?a?b"])
def test_the_target_is_signed_as_it_is_sent(target: str):
    assert signed_at(request(target=target.encode(), signature=sign(VECTOR_BODY, target)), COURIER) is not None


def test_a_bare_question_mark_is_no_query():
    assert signed_at(request(target=b"/webhooks/courier?"), COURIER) is not None


def test_each_secret_of_a_source_is_accepted_and_no_other():
    source = replace(COURIER, secrets={"signature": (b"current_secret", b"previous_secret")})
    for secret, is_accepted in [(b"current_secret", True), (b"previous_secret", True), (SECRET, False)]:
        sent = request(signature=sign(VECTOR_BODY, "/webhooks/courier", secret=secret))
        assert (signed_at(sent, source) is not None) is is_accepted


def test_a_source_without_secrets_accepts_no_request():
    source = replace(COURIER, secrets={"signature": ()})
    assert signed_at(request(signature=sign(VECTOR_BODY, "", secret=b"")), source) is None


def test_the_prefix_that_a_proxy_strips_is_put_back():
    forwarded = request(target=b"/webhooks/courier?a=1", signature=sign(VECTOR_BODY, "/hooks/webhooks/courier?a=1"))
    assert signed_at(forwarded, replace(COURIER, public_prefix="/hooks")) is not None
    assert signed_at(forwarded, COURIER) is None


def test_a_source_may_sign_other_parts_but_body_and_timestamp_are_always_signed():
    source = replace(COURIER, signed_parts=frozenset({"method"}))
    signature = sign(VECTOR_BODY, "")
    assert signed_at(request(signature=signature, target=b"/anywhere?at=all"), source) is not None
    assert signed_at(request(signature=signature, body=b"{}"), source) is None
    assert signed_at(request(signature=signature, timestamp="1706193001"), source) is None


anything = st.text() | st.binary().map(lambda raw: raw.decode("latin-1"))


@given(method=anything, target=st.binary(), signature=anything, timestamp=anything, body=st.binary())
def test_no_request_raises_and_no_unsigned_request_is_authentic(
    method: str, target: bytes, signature: str, timestamp: str, body: bytes
):
    anyhow = request(method=method, target=target, signature=signature, timestamp=timestamp, body=body)
    assert signed_at(anyhow, COURIER) is None
    formed = request(target=target, body=body)
    assert signed_at(formed, COURIER) is None or formed == request()
