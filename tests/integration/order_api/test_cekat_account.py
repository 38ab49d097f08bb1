"""At Cekat every call has the account's key, and a write is confirmed only if the order's history shows its status."""

import json
import logging

import pytest

from tests.support.answers import answer
from tests.support.credentials import SECRET
from worker.domain.errors import ApiError, Transient
from worker.order_api.cekat.client import CekatFilters
from worker.order_api.cekat.new_order import CekatOrder

ITEM = {"product_id": "p1", "quantity": 2, "price": 10.5}


@pytest.fixture(scope="module")
def platform():
    return "cekat"


def test_a_read_has_the_key(account):
    account.api.read("7")
    line, headers, body = account.only_request()
    assert (line, body) == ("GET /api/orders/7 HTTP/1.1", b"")
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert headers["accept"] == "application/json"


def test_a_write_sends_the_update_as_json(account):
    update = {"status": "shipped", "notes": "hubungi dulu\nya"}
    account.api.write("7", update)
    line, headers, body = account.only_request()
    assert line == "PUT /api/orders/7 HTTP/1.1"
    assert (headers["authorization"], headers["content-type"]) == (f"Bearer {SECRET}", "application/json")
    assert json.loads(body) == update


def test_an_answer_whose_history_does_not_show_the_written_status_is_transient(account, answers):
    account.answers_with(answers.show(status="delivered"))
    with pytest.raises(Transient, match="status_history"):
        account.api.write("7", {"status": "delivered"})


def test_an_update_without_a_status_needs_no_history(account, answers):
    account.answers_with(answers.show(status="delivered"))
    assert account.api.write("7", {"metadata": {}}).status == "delivered"


def test_a_probe_is_one_harmless_read(account):
    account.answers_with(answer({"success": True, "data": []}))
    account.api.probe()
    assert account.only_request()[0] == "GET /api/orders?limit=1 HTTP/1.1"


def test_every_filter_is_sent_under_the_platforms_name(account):
    account.answers_with(answer({"success": True, "data": [], "pagination": {"total": 0, "has_more": False}}))
    texts = {"status": "paid", "since": "2026-11-01", "until": "2026-11-30", "search": "a b", "customer_id": "c&1"}
    filters = CekatFilters.model_validate({**texts, "min_total": 1, "max_total": 2.5, "page_size": 7})
    list(account.orders_client.pages(filters))
    assert account.only_request()[0].split()[1] == (
        "/api/orders?status=paid&from=2026-11-01&to=2026-11-30&search=a+b&customer_id=c%261"
        "&min_total=1.0&max_total=2.5&limit=7&offset=0"
    )


def test_an_order_is_created_from_the_given_fields_and_nothing_else(account, answers):
    account.answers_with(answer(answers.dialect.success(answers.order), 201))
    given = {"customer_id": "c1", "items": [ITEM], "total": 21, "shipping_address": {"city": "x"}}
    assert account.orders_client.creation.create(CekatOrder.model_validate(given)).order_id == "7"
    line, _, body = account.only_request()
    assert line == "POST /api/orders HTTP/1.1"
    assert json.loads(body) == given


def test_a_key_that_the_platform_repeats_is_not_shown(account, answers, caplog):
    caplog.set_level(logging.DEBUG)
    account.answers_with(answers.refuse(401, f"bad key {SECRET}", SECRET))
    with pytest.raises(ApiError) as refused:
        account.api.read("7")
    assert caplog.records
    assert SECRET not in repr(refused.value) + caplog.text
    assert "bad key …" in refused.value.message


@pytest.mark.parametrize("spelling", ["a/b-long-enough", "a\\/b-long-enough"])
def test_a_key_in_another_spelling_of_json_is_not_shown(account, spelling):
    account.answers_with(answer(f'{{"success": false, "error": {{"message": "bad key {spelling}"}}}}'.encode(), 401))
    with pytest.raises(ApiError, match="bad key …"):
        account.other(api_key="a/b-long-enough").api.read("7")
