"""Every call to Cekat bears its key and tells it to nobody; nothing but an order id comes into a path."""

import json
import logging
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from tests.support.credentials import SECRET, credentials_at
from worker.domain.errors import ApiError, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reference
from worker.order_api.accounts import Surroundings
from worker.order_api.cekat.book import CekatFilters
from worker.order_api.cekat.new_order import CekatOrder

NOW = 1_706_193_000_999_999
ORDER = {"id": "ord_1", "status": "processing", "status_history": [{"status": "processing"}]}
ITEM = {"product_id": "p1", "quantity": 2, "price": 10.5}


class Account:
    """A Cekat account whose platform is the peer."""

    def __init__(self, peer, client, **settings):
        self.peer = peer
        self.waits: list[int] = []
        self.credentials = credentials_at(peer.url, "cekat", **settings)
        self.surroundings = Surroundings(client, lambda: NOW, ZoneInfo("Asia/Jakarta"), self.waits.append)
        self.orders = self.credentials.connect(self.surroundings)
        self.book = self.credentials.open_book(self.surroundings)

    def answer(self, document, status="200 OK", *headers):
        body = json.dumps(document).encode()
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        self.peer.answers("\r\n".join(head).encode() + body)

    def heard(self):
        """The one request that came: its line, headers and body."""
        (request,) = self.peer.requests
        head, _, body = request.partition(b"\r\n\r\n")
        line, *lines = head.decode().split("\r\n")
        return line, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


@pytest.fixture
def account(peer, client):
    account = Account(peer, client)
    account.answer({"success": True, "data": ORDER})
    return account


def test_a_read_bears_the_key(account):
    account.orders.read("ord_1")
    line, headers, body = account.heard()
    assert (line, body) == ("GET /api/orders/ord_1 HTTP/1.1", b"")
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert headers["accept"] == "application/json"


def test_a_write_sends_the_update_as_json(account):
    update = {"status": "processing", "notes": "hubungi dulu\nya"}
    account.orders.write("ord_1", update)
    line, headers, body = account.heard()
    assert line == "PUT /api/orders/ord_1 HTTP/1.1"
    assert (headers["authorization"], headers["content-type"]) == (f"Bearer {SECRET}", "application/json")
    assert json.loads(body) == update


def test_the_answer_to_a_write_that_its_own_history_does_not_bear_out_proves_nothing(account):
    account.answer({"success": True, "data": {**ORDER, "status": "shipped"}})
    with pytest.raises(Transient, match="status_history"):
        account.orders.write("ord_1", {"status": "shipped"})


def test_an_update_without_a_status_needs_no_history(account):
    account.answer({"success": True, "data": {**ORDER, "status": "delivered"}})
    assert account.orders.write("ord_1", {"metadata": {}}).status == "delivered"


@pytest.mark.parametrize("order_id", ["", "a/b", "../a", "a?b=c", "a b", "a\n", "x" * 65, "a%2fb", "number:1"])
def test_text_that_is_no_order_id_never_leaves_the_house(account, order_id):
    for call in (account.orders.read, account.book.show, lambda order_id: account.orders.write(order_id, {})):
        with pytest.raises(Rejected, match="not an order id"):
            call(order_id)
    assert account.peer.requests == []


def test_a_probe_is_one_harmless_read(account):
    account.answer({"success": True, "data": []})
    account.orders.probe()
    assert account.heard()[0] == "GET /api/orders?limit=1 HTTP/1.1"


@pytest.mark.parametrize(
    "call",
    [
        lambda orders: orders.read("a"),
        lambda orders: orders.probe(),
        lambda orders: orders.find(Reference("number", "1")),
    ],
    ids=["read", "probe", "find"],
)
def test_a_read_that_is_rejected_is_the_accounts_trouble(account, call):
    account.answer({"success": False, "error": {"message": "no"}}, "400 Bad Request")
    with pytest.raises(Unauthorized, match="no"):
        call(account.orders)


def test_a_write_that_is_rejected_is_the_orders_trouble(account):
    account.answer({"success": False, "error": {"message": "notes"}}, "400 Bad Request")
    with pytest.raises(Rejected, match="notes"):
        account.orders.write("ord_1", {})


def test_a_throttled_call_waits_as_long_as_it_is_told(account):
    account.answer({"success": False, "error": {"message": "slow"}}, "429 Slow", "Retry-After: 7")
    with pytest.raises(Throttled) as throttled:
        account.orders.read("ord_1")
    assert throttled.value.wait == 7_000_000


def test_the_last_call_of_a_window_is_reported_where_the_answer_says_so(account):
    account.answer({"success": True, "data": ORDER}, "200 OK", "X-RateLimit-Remaining: 0", "Retry-After: 9")
    account.orders.read("ord_1")
    assert account.waits == [9_000_000]


def test_every_filter_travels_under_its_own_name(account):
    account.answer({"success": True, "data": [], "pagination": {"total": 0, "has_more": False}})
    wanted = {"status": "paid", "since": "2026-11-01", "until": "2026-11-30", "search": "a b", "customer_id": "c&1"}
    list(account.book.pages(CekatFilters.model_validate(wanted | {"min_total": 1, "max_total": 2.5, "page_size": 7})))
    target = account.heard()[0].split()[1]
    assert target == (
        "/api/orders?status=paid&from=2026-11-01&to=2026-11-30&search=a+b&customer_id=c%261"
        "&min_total=1.0&max_total=2.5&limit=7&offset=0"
    )


def test_an_order_is_created_from_what_was_said_and_nothing_else(account):
    account.answer({"success": True, "data": {**ORDER, "status": "pending"}}, "201 Created")
    form = CekatOrder.model_validate(
        {"customer_id": "c1", "items": [ITEM], "total": 21, "shipping_address": {"city": "x"}}
    )
    assert account.book.creation.create(form).order_id == "ord_1"
    line, _, body = account.heard()
    assert line == "POST /api/orders HTTP/1.1"
    assert json.loads(body) == {"customer_id": "c1", "items": [ITEM], "total": 21, "shipping_address": {"city": "x"}}


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": ""},
        {"items": []},
        {"items": [{**ITEM, "quantity": 0}]},
        {"items": [{**ITEM, "price": -1}]},
        {"items": [{**ITEM, "colour": "red"}]},
        {"total": "NaN"},
        {"total": None},
        {"currency": "usd"},
        {"metadata": "text"},
        {"status": "paid"},
    ],
)
def test_an_order_that_the_platform_would_refuse_is_refused_before(change):
    with pytest.raises(ValidationError):
        CekatOrder.model_validate({"customer_id": "c1", "items": [ITEM], "total": 21, **change})


def test_nothing_that_can_be_printed_shows_the_key(account, caplog):
    caplog.set_level(logging.DEBUG)
    account.answer({"success": False, "error": {"message": f"bad key {SECRET}", "code": SECRET}}, "401 No")
    with pytest.raises(ApiError) as refused:
        account.orders.read("ord_1")
    calls = account.orders._book._calls  # noqa: SLF001 - a log may print any part of it
    shown = [*map(repr, [account.credentials, account.orders, calls, calls.auth]), str(account.credentials)]
    assert caplog.records
    assert not any(SECRET in text for text in [*shown, repr(refused.value), caplog.text])
    assert "bad key …" in refused.value.message


@pytest.mark.parametrize("written", ["a/b-long-enough", "a\\/b-long-enough"])
def test_a_key_that_json_writes_in_another_way_is_not_shown_either(peer, client, written):
    account = Account(peer, client, api_key="a/b-long-enough")
    body = f'{{"success": false, "error": {{"message": "bad key {written}"}}}}'
    head = f"HTTP/1.1 401 No\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    peer.answers((head + body).encode())
    with pytest.raises(ApiError, match="bad key …"):
        account.orders.read("ord_1")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("base_url", "http://shop.example"),
        ("api_key", "1234567"),
        ("api_key", "long enough"),
        ("api_key", "long-enough\r\nX-Evil: 1"),
        ("api_key", "long-énough"),
        ("unheard_of", "something"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(peer, client, setting, value):
    with pytest.raises(ValidationError) as refused:
        Account(peer, client, **{setting: value})
    assert refused.value.errors()[0]["loc"] == (setting,)
    assert SECRET not in str(refused.value)
    assert str(value) not in str(refused.value)


def test_two_accounts_with_one_key_have_one_identity(peer, client, account):
    assert Account(peer, client).credentials.identity == account.credentials.identity
    assert Account(peer, client, api_key="another-key").credentials.identity != account.credentials.identity
