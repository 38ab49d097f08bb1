"""A signed time: where it is, what it must look like, and that it is signed."""

import hashlib
import hmac

import pytest

from tests.support.invented import SECRET, authentication, request
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.requests import Request

BODY = b'{"at":1795824000,"nested":{"at":"1795824000"}}'
TIME = "1795824000"
SIGNED_AT = Authentic(1_795_824_000_000_000)
TWO_HEADERS = "[auth.signature]\nkind = 'hmac'\nfrom = 'header:X-Sig'\nmessage = '{time}.{body}'\n"
ONE_HEADER = TWO_HEADERS + "item = 'v1'\ntime = { from = 'header:X-Sig', item = 't' }"


def signature(time: str = TIME, body: bytes = BODY) -> str:
    return hmac.new(SECRET.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()


def found(location: str, sent: Request) -> Authentic | None:
    return authentication(f"{TWO_HEADERS}time = {{ from = '{location}' }}", sent)


def test_a_time_in_a_header_of_its_own_is_signed():
    sent = request(BODY, {"X-Sig": signature(), "X-Time": TIME})
    assert found("header:X-Time", sent) == SIGNED_AT
    assert found("header:X-Time", sent._replace(headers={**sent.headers, "x-time": "1795824001"})) is None
    assert found("header:X-Other", sent) is None


def test_a_time_in_the_same_list_as_the_signature_is_signed():
    assert authentication(ONE_HEADER, request(BODY, {"X-Sig": f"t={TIME},v1={signature()}"})) == SIGNED_AT
    assert authentication(ONE_HEADER, request(BODY, {"X-Sig": f"v1={signature()} , t={TIME}"})) == SIGNED_AT


@pytest.mark.parametrize(
    "value",
    [
        f"v1={signature()}",
        f"t={TIME}",
        f"t={TIME},t={TIME},v1={signature()}",
        f"t={TIME},v1={signature()},v1={signature()}",
        f"t=1795824001,v1={signature()}",
        f"t = {TIME},v1={signature()}",
    ],
)
def test_a_list_without_exactly_one_of_both_is_refused(value: str):
    assert authentication(ONE_HEADER, request(BODY, {"X-Sig": value})) is None


@pytest.mark.parametrize(
    "time", ["", "0", "179582400", "17958240000", "1795824000000", "1795824000 ", "+795824000", "179582400x", "٣" * 10]
)
def test_a_time_that_is_not_ten_digits_is_refused_even_when_it_is_signed(time: str):
    assert found("header:X-Time", request(BODY, {"X-Sig": signature(time), "X-Time": time})) is None


def test_a_time_in_the_query_or_in_the_body_is_signed():
    sent = request(BODY, {"X-Sig": signature()}, f"/webhooks/fastbox?time={TIME}")
    for location in ("query:time", "body:at", "body:nested.at"):
        authentic = found(location, sent)
        assert authentic is not None
        assert authentic.signed_at == SIGNED_AT.signed_at
    for location in ("query:none", "body:none", "body:nested"):
        assert found(location, sent) is None


def test_a_time_in_a_body_that_cannot_be_read_is_refused():
    assert found("body:at", request(b"{", {"X-Sig": signature(body=b"{")})) is None


def test_without_a_time_an_authentic_request_has_none():
    auth = "[auth.signature]\nkind = 'hmac'\nfrom = 'header:X-Sig'\n"
    plain = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    assert authentication(auth, request(BODY, {"X-Sig": plain})) == Authentic(None)
