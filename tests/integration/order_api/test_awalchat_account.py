"""At awalchat every call is signed over the bytes that are sent."""

import json
import logging

import pytest

from tests.integration.order_api.accounts import parse
from tests.support.answers import answer
from tests.support.credentials import SECRET
from tests.support.signing import signature
from worker.domain.errors import ApiError

TARGET = "/api/v1/orders/7?phone_number_id=123456"


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


def expected(method, target, body, timestamp="1706193000"):
    return signature(SECRET.encode(), method, target, timestamp, body)


def test_a_read_is_signed_over_its_own_bytes(account):
    account.api.read("7")
    line, headers, body = account.only_request()
    assert (line, body) == (f"GET {TARGET} HTTP/1.1", b"")
    assert headers["x-awal-signature-256"] == expected("GET", TARGET, body)
    assert headers["x-timestamp"] == "1706193000"
    assert (headers["accept"], headers["x-domain"], headers["x-client-id"]) == ("application/json", "shop", "client")


def test_a_write_is_signed_over_its_own_bytes_and_sends_the_update_as_json(account):
    update = {"status": "accepted", "admin_notes": "اتصل\nبي"}
    account.api.write("7", update)
    line, headers, body = account.only_request()
    assert line == f"PUT {TARGET} HTTP/1.1"
    assert json.loads(body) == update
    assert headers["x-awal-signature-256"] == expected("PUT", TARGET, body)
    assert headers["content-type"] == "application/json"


def test_a_call_that_is_sent_again_is_signed_again(account):
    account.api.write("7", {"status": "accepted"})
    account.now += 60_000_000
    account.api.write("7", {"status": "accepted"})
    first, second = (parse(request)[1] for request in account.peer.requests)
    assert (first["x-timestamp"], second["x-timestamp"]) == ("1706193000", "1706193060")
    assert second["x-awal-signature-256"] == expected("PUT", TARGET, b'{"status": "accepted"}', "1706193060")


def test_the_signature_may_leave_out_the_base_path(account):
    account.other(signed_path="after_base_url").api.read("7")
    line, headers, body = account.only_request()
    assert line == f"GET {TARGET} HTTP/1.1"
    assert headers["x-awal-signature-256"] == expected("GET", "/orders/7?phone_number_id=123456", body)


def test_a_probe_is_one_harmless_read(account):
    account.answers_with(answer({"status": True, "data": [], "meta": {}}))
    account.api.probe()
    assert account.only_request()[0] == "GET /api/v1/orders?phone_number_id=123456&limit=1 HTTP/1.1"


def test_nothing_that_can_be_printed_shows_a_signature(account, answers, caplog):
    caplog.set_level(logging.DEBUG)
    account.answers_with(answers.refuse(401, "bad signature", "authentication_failed"))
    with pytest.raises(ApiError) as refused:
        account.api.read("7")
    sent_signature = account.only_request()[1]["x-awal-signature-256"]
    assert caplog.records
    assert sent_signature not in account.printed() + repr(refused.value) + caplog.text
