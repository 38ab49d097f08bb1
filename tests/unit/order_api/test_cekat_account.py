"""At Cekat every call bears the account's key, and a write is believed if the order's own history bears it out."""

import json
import logging

import pytest
from pydantic import ValidationError

from tests.support.answers import answer
from tests.support.credentials import SECRET
from worker.domain.errors import ApiError, Transient
from worker.order_api.cekat.client import CekatFilters
from worker.order_api.cekat.new_order import CekatOrder

ITEM = {"product_id": "p1", "quantity": 2, "price": 10.5}


@pytest.fixture(scope="module")
def platform():
    return "cekat"


def test_a_read_bears_the_key(account):
    account.orders.read("7")
    line, headers, body = account.heard()
    assert (line, body) == ("GET /api/orders/7 HTTP/1.1", b"")
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert headers["accept"] == "application/json"


def test_a_write_sends_the_update_as_json(account):
    update = {"status": "shipped", "notes": "hubungi dulu\nya"}
    account.orders.write("7", update)
    line, headers, body = account.heard()
    assert line == "PUT /api/orders/7 HTTP/1.1"
    assert (headers["authorization"], headers["content-type"]) == (f"Bearer {SECRET}", "application/json")
    assert json.loads(body) == update


def test_the_answer_to_a_write_that_its_own_history_does_not_bear_out_proves_nothing(account, answers):
    account.meets(answers.show(status="delivered"))
    with pytest.raises(Transient, match="status_history"):
        account.orders.write("7", {"status": "delivered"})


def test_an_update_without_a_status_needs_no_history(account, answers):
    account.meets(answers.show(status="delivered"))
    assert account.orders.write("7", {"metadata": {}}).status == "delivered"


def test_a_probe_is_one_harmless_read(account):
    account.meets(answer({"success": True, "data": []}))
    account.orders.probe()
    assert account.heard()[0] == "GET /api/orders?limit=1 HTTP/1.1"


def test_every_filter_travels_under_its_own_name(account):
    account.meets(answer({"success": True, "data": [], "pagination": {"total": 0, "has_more": False}}))
    wanted = {"status": "paid", "since": "2026-11-01", "until": "2026-11-30", "search": "a b", "customer_id": "c&1"}
    list(account.book.pages(CekatFilters.model_validate(wanted | {"min_total": 1, "max_total": 2.5, "page_size": 7})))
    assert account.heard()[0].split()[1] == (
        "/api/orders?status=paid&from=2026-11-01&to=2026-11-30&search=a+b&customer_id=c%261"
        "&min_total=1.0&max_total=2.5&limit=7&offset=0"
    )


def test_an_order_is_created_from_what_was_said_and_nothing_else(account, answers):
    account.meets(answer(answers.dialect.success(answers.order), 201))
    said = {"customer_id": "c1", "items": [ITEM], "total": 21, "shipping_address": {"city": "x"}}
    assert account.book.creation.create(CekatOrder.model_validate(said)).order_id == "7"
    line, _, body = account.heard()
    assert line == "POST /api/orders HTTP/1.1"
    assert json.loads(body) == said


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


def test_a_key_that_the_platform_repeats_is_not_shown(account, answers, caplog):
    caplog.set_level(logging.DEBUG)
    account.meets(answers.refuse(401, f"bad key {SECRET}", SECRET))
    with pytest.raises(ApiError) as refused:
        account.orders.read("7")
    assert caplog.records
    assert SECRET not in repr(refused.value) + caplog.text
    assert "bad key …" in refused.value.message


@pytest.mark.parametrize("written", ["a/b-long-enough", "a\\/b-long-enough"])
def test_a_key_that_json_writes_in_another_way_is_not_shown_either(account, written):
    account.meets(answer(f'{{"success": false, "error": {{"message": "bad key {written}"}}}}'.encode(), 401))
    with pytest.raises(ApiError, match="bad key …"):
        account.other(api_key="a/b-long-enough").orders.read("7")
