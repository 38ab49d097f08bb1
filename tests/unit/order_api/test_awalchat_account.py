"""Every call is signed over the bytes that travel, and tells nobody the secret."""

import json
import logging
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from tests.support.credentials import SECRET, credentials_at
from tests.support.signing import signature
from worker.domain.errors import ApiError, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Place, Reading
from worker.order_api.accounts import Surroundings
from worker.order_api.client import Client
from worker.order_api.platforms import PLATFORMS

NOW = 1_706_193_000_999_999
ORDER = {"id": 1, "status": "accepted", "payment_status": "paid", "admin_notes": "", "shipping_date": None}


class Account:
    """An awalchat account whose platform is the peer."""

    def __init__(self, peer, client, **settings):
        self.now, self.peer = NOW, peer
        self.waits: list[int] = []
        self.credentials = credentials_at(peer.url, **settings)
        self.surroundings = Surroundings(client, lambda: self.now, ZoneInfo("Asia/Riyadh"), self.waits.append)
        self.orders = self.credentials.connect(self.surroundings)

    def answer(self, document, status="200 OK", *headers):
        body = json.dumps(document).encode()
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        self.peer.answers("\r\n".join(head).encode() + body)


@pytest.fixture
def client():
    with Client() as client:
        yield client


@pytest.fixture
def account(peer, client):
    account = Account(peer, client)
    account.answer({"status": True, "data": ORDER})
    return account


def parse(request):
    head, _, body = request.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    method, target, _ = line.split(" ")
    return method, target, {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body


def expected(method, target, body, timestamp="1706193000"):
    return signature(SECRET.encode(), method, target, timestamp, body)


def test_a_read_is_signed_over_its_own_bytes(account):
    account.orders.read("1")
    method, target, headers, body = parse(account.peer.requests[0])
    assert (method, target, body) == ("GET", "/api/v1/orders/1?phone_number_id=123456", b"")
    assert headers["x-awal-signature-256"] == expected(method, target, body)
    assert headers["x-timestamp"] == "1706193000"
    assert (headers["accept"], headers["x-domain"], headers["x-client-id"]) == ("application/json", "shop", "client")


def test_a_write_is_signed_over_its_own_bytes_and_sends_the_update_as_json(account):
    update = {"status": "accepted", "admin_notes": "اتصل\nبي"}
    account.orders.write("1", update)
    method, target, headers, body = parse(account.peer.requests[0])
    assert (method, target) == ("PUT", "/api/v1/orders/1?phone_number_id=123456")
    assert json.loads(body) == update
    assert headers["x-awal-signature-256"] == expected(method, target, body)
    assert headers["content-type"] == "application/json"


def test_what_is_sent_again_is_signed_again(account):
    account.orders.write("1", {"status": "accepted"})
    account.now += 60_000_000
    account.orders.write("1", {"status": "accepted"})
    first, second = (parse(request)[2] for request in account.peer.requests)
    assert (first["x-timestamp"], second["x-timestamp"]) == ("1706193000", "1706193060")
    assert second["x-awal-signature-256"] == expected(
        "PUT", "/api/v1/orders/1?phone_number_id=123456", b'{"status": "accepted"}', "1706193060"
    )


def test_the_signature_may_leave_out_the_base_path(peer, client):
    account = Account(peer, client, signed_path="after_base_url")
    account.answer({"status": True, "data": ORDER})
    account.orders.read("1")
    _, target, headers, body = parse(peer.requests[0])
    assert target == "/api/v1/orders/1?phone_number_id=123456"
    assert headers["x-awal-signature-256"] == expected("GET", "/orders/1?phone_number_id=123456", body)


def test_a_reading_tells_when_its_call_began(account):
    assert account.orders.read("1") == Reading("accepted", Place.ACCEPTED, NOW, paid=True)
    assert account.orders.write("1", {}).read_at == NOW


@pytest.mark.parametrize("order_id", ["", "0", "01", "-1", "1/2", "../1", "1?a=b", "1\n", "\uff11", "9" * 20, "1%2f2"])
def test_text_that_is_no_order_id_never_leaves_the_house(account, order_id):
    for call in (account.orders.read, lambda order_id: account.orders.write(order_id, {})):
        with pytest.raises(Rejected, match="not an order id"):
            call(order_id)
    assert account.peer.requests == []


@pytest.mark.parametrize(("value", "read"), [(1, "1"), ("1", "1"), (10**19 - 1, "9" * 19), ("9" * 19, "9" * 19)])
def test_an_order_id_may_be_an_integer_or_a_string(value, read):
    assert PLATFORMS["awalchat"].read_order_id(value) == read


@pytest.mark.parametrize(
    "value",
    [True, False, 1.0, 0, -1, 10**19, 10**4000, "0", "1 ", " 1", "1\n", "+1", "1_0", "\u0661", None, [1], {}, b"1"],
    ids=lambda value: repr(value)[:12],
)
def test_nothing_else_is_an_order_id(value):
    with pytest.raises(ValueError, match="is not an order id"):
        PLATFORMS["awalchat"].read_order_id(value)


def test_a_probe_is_one_harmless_read(account):
    account.answer({"status": True, "data": [], "meta": {}})
    account.orders.probe()
    method, target, _, _ = parse(account.peer.requests[0])
    assert (method, target) == ("GET", "/api/v1/orders?phone_number_id=123456&limit=1")


@pytest.mark.parametrize("call", [lambda orders: orders.read("1"), lambda orders: orders.probe()])
def test_a_read_that_is_rejected_is_the_accounts_trouble(account, call):
    account.answer({"error": "validation_failed", "message": "phone_number_id is not yours"}, "400 Bad Request")
    with pytest.raises(Unauthorized, match="phone_number_id"):
        call(account.orders)


def test_a_write_that_is_rejected_is_the_orders_trouble(account):
    account.answer({"error": "validation_failed", "message": "admin_notes"}, "400 Bad Request")
    with pytest.raises(Rejected):
        account.orders.write("1", {})


@pytest.mark.parametrize("status", ["200 OK", "500 Oops"])
def test_the_last_call_of_a_window_is_reported_whatever_was_answered(account, status):
    limits = ("X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795262430", "Date: Sat, 21 Nov 2026 12:00:00 GMT")
    account.answer({"status": True, "data": ORDER}, status, *limits)
    try:
        account.orders.read("1")
    except Transient:
        assert status == "500 Oops"
    assert account.waits == [30_000_000]


def test_other_calls_report_nothing(account):
    account.orders.read("1")
    account.answer({"status": True, "data": ORDER}, "200 OK", "X-RateLimit-Remaining: 1")
    account.orders.read("1")
    assert account.waits == []


def test_a_throttled_call_waits_as_long_as_it_is_told(account):
    account.answer({"error": "rate_limit_exceeded"}, "429 Slow", "Retry-After: 3600", "X-RateLimit-Remaining: 0")
    with pytest.raises(Throttled) as throttled:
        account.orders.read("1")
    assert throttled.value.wait == 3600_000_000
    assert account.waits == [3600_000_000]


def test_the_deadline_is_that_of_the_client(account, client):
    assert account.orders.deadline == client.patience.overall.total_seconds() * 1_000_000 == 10_000_000


def test_nothing_that_can_be_printed_shows_the_secret(account, caplog):
    caplog.set_level(logging.DEBUG)
    account.answer({"error": "authentication_failed", "message": "bad signature"}, "401 No")
    with pytest.raises(ApiError) as refused:
        account.orders.read("1")
    signature = parse(account.peer.requests[0])[2]["x-awal-signature-256"]
    calls = account.orders._book._calls  # noqa: SLF001 - a log may print any part of it
    objects = [account.credentials, account.orders, calls, calls.auth, calls.auth._caller]  # noqa: SLF001
    shown = [*map(repr, objects), str(account.credentials), repr(refused.value), caplog.text]
    assert caplog.records
    assert not any(SECRET in text or signature in text for text in shown)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("base_url", "http://shop.example"),
        ("hmac_secret", "1234567"),
        ("domain", ""),
        ("domain", "a b"),
        ("client_id", "a\r\nX-Evil: 1"),
        ("client_id", "a\n"),
        ("phone_number_id", "1&limit=1"),
        ("phone_number_id", ""),
        ("signed_path", "half"),
        ("branch_id", 0),
        ("unheard_of", "x"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(peer, client, setting, value):
    with pytest.raises(ValidationError) as refused:
        Account(peer, client, **{setting: value})
    assert refused.value.errors()[0]["loc"] == (setting,)
    assert SECRET not in str(refused.value)
    assert "1234567" not in str(refused.value)


def test_two_accounts_of_one_workspace_have_one_identity(peer, client, account):
    assert Account(peer, client, hmac_secret="another_secret").credentials.identity == account.credentials.identity
    assert Account(peer, client, phone_number_id="7").credentials.identity != account.credentials.identity
