"""At awalchat every call is signed over the bytes that travel."""

import json
import logging

import pytest

from tests.support.answers import answer
from tests.support.credentials import SECRET
from tests.support.signing import signature
from tests.unit.order_api.accounts import parse
from worker.domain.errors import ApiError

TARGET = "/api/v1/orders/7?phone_number_id=123456"


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


def expected(method, target, body, timestamp="1706193000"):
    return signature(SECRET.encode(), method, target, timestamp, body)


def test_a_read_is_signed_over_its_own_bytes(account):
    account.orders.read("7")
    line, headers, body = account.heard()
    assert (line, body) == (f"GET {TARGET} HTTP/1.1", b"")
    assert headers["x-awal-signature-256"] == expected("GET", TARGET, body)
    assert headers["x-timestamp"] == "1706193000"
    assert (headers["accept"], headers["x-domain"], headers["x-client-id"]) == ("application/json", "shop", "client")


def test_a_write_is_signed_over_its_own_bytes_and_sends_the_update_as_json(account):
    update = {"status": "accepted", "admin_notes": "اتصل\nبي"}
    account.orders.write("7", update)
    line, headers, body = account.heard()
    assert line == f"PUT {TARGET} HTTP/1.1"
    assert json.loads(body) == update
    assert headers["x-awal-signature-256"] == expected("PUT", TARGET, body)
    assert headers["content-type"] == "application/json"


def test_what_is_sent_again_is_signed_again(account):
    account.orders.write("7", {"status": "accepted"})
    account.now += 60_000_000
    account.orders.write("7", {"status": "accepted"})
    first, second = (parse(request)[1] for request in account.peer.requests)
    assert (first["x-timestamp"], second["x-timestamp"]) == ("1706193000", "1706193060")
    assert second["x-awal-signature-256"] == expected("PUT", TARGET, b'{"status": "accepted"}', "1706193060")


def test_the_signature_may_leave_out_the_base_path(account):
    account.other(signed_path="after_base_url").orders.read("7")
    line, headers, body = account.heard()
    assert line == f"GET {TARGET} HTTP/1.1"
    assert headers["x-awal-signature-256"] == expected("GET", "/orders/7?phone_number_id=123456", body)


def test_a_probe_is_one_harmless_read(account):
    account.meets(answer({"status": True, "data": [], "meta": {}}))
    account.orders.probe()
    assert account.heard()[0] == "GET /api/v1/orders?phone_number_id=123456&limit=1 HTTP/1.1"


def test_nothing_that_can_be_printed_shows_a_signature(account, answers, caplog):
    caplog.set_level(logging.DEBUG)
    account.meets(answers.refuse(401, "bad signature", "authentication_failed"))
    with pytest.raises(ApiError) as refused:
        account.orders.read("7")
    sent = account.heard()[1]["x-awal-signature-256"]
    assert caplog.records
    assert sent not in account.shows() + repr(refused.value) + caplog.text
