"""Orders created at the platform, over HTTP."""

import io
import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.sandboxes import Platform

CREATE = ("platform", "orders", "create")
LEAST = ("--customer-id", "c1", "--item", "product_id=p1,quantity=2,price=9.50", "--total", "19")
TEA = {"product_id": "p1", "quantity": 2, "price": 9.5}
ORDER = {"customer_id": "c1", "items": [TEA], "total": 19}


@pytest.fixture
def cekat(account_at) -> Platform:
    platform: Platform = account_at("cekat")
    return platform


def sent(platform: Platform) -> list[dict[str, object]]:
    """Return the fields from which orders were created."""
    return [call["fields"] for call in platform.report()["calls"] if call["method"] == "POST"]


def test_every_field_arrives_and_the_new_order_is_listed(fulfillment: Commands, cekat: Platform):
    options = {
        "--currency": "IDR",
        "--shipping-address": "Jl. Sudirman 1, Jakarta",
        "--billing-address": '{"street": "Jl. Sudirman 1", "city": "Jakarta"}',
        "--notes": "Ring twice; {not JSON}",
        "--metadata": '{"campaign": {"id": 7}}',
    }
    second = '{"product_id": "p2", "quantity": 1, "price": 5, "name": "Tea, green", "sku": "T-2"}'
    arguments = [text for option in options.items() for text in option]
    result = fulfillment(*CREATE, *LEAST, "--item", second, *arguments)
    assert (result.code, result.err) == (0, "")
    assert sent(cekat) == [
        {
            **ORDER,
            "items": [TEA, json.loads(second)],
            "currency": "IDR",
            "shipping_address": "Jl. Sudirman 1, Jakarta",
            "billing_address": {"street": "Jl. Sudirman 1", "city": "Jakarta"},
            "notes": "Ring twice; {not JSON}",
            "metadata": {"campaign": {"id": 7}},
        }
    ]
    (listed,) = fulfillment("platform", "orders", "list", "--customer-id", "c1", "--json").documents
    assert result.out == f"{listed['order']}\n"


def test_only_the_given_fields_are_sent(fulfillment: Commands, cekat: Platform):
    assert fulfillment(*CREATE, *LEAST).code == 0
    assert sent(cekat) == [ORDER]


def test_json_shows_the_new_order(fulfillment: Commands, cekat: Platform):
    result = fulfillment(*CREATE, *LEAST, "--json").document
    assert (result["account"], result["stage"], result["document"]["total"]) == ("main", "pending", 19)


def test_an_option_replaces_the_field_of_the_file(fulfillment: Commands, cekat: Platform, tmp_path: Path):
    file = tmp_path / "order.json"
    file.write_text(json.dumps({**ORDER, "notes": "from the file", "currency": "IDR"}))
    assert fulfillment(*CREATE, "--file", str(file), "--notes", "from the option").code == 0
    assert sent(cekat) == [{**ORDER, "notes": "from the option", "currency": "IDR"}]


def test_a_file_may_come_from_a_pipe(fulfillment: Commands, cekat: Platform, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(ORDER).encode())))
    assert fulfillment(*CREATE, "--file", "-").code == 0
    assert sent(cekat) == [ORDER]


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "--customer-id is missing"),
        ((*LEAST, "--total", "-1"), "--total must be greater than or equal to 0"),
        ((*LEAST, "--total", "1_0"), "Invalid value for '--total': write a number like 12.50."),
        ((*LEAST, "--currency", "idr"), "--currency has a form that is not allowed; see --help"),
        ((*LEAST, "--metadata", "{"), "Invalid value for '--metadata': it is not usable as JSON: not_json."),
        ((*LEAST, "--metadata", "[]"), "Invalid value for '--metadata': it is JSON, but not an object."),
        ((*LEAST, "--shipping-address", '{"a": NaN}'), "it is not usable as JSON: bad_number."),
        (
            (*LEAST, "--notes", "\udcff"),
            "Invalid value for '--notes': it has characters that cannot be stored as text.",
        ),
        (
            (*LEAST, "--item", "p1"),
            "Invalid value for '--item': write KEY=VALUE,… with each key once, or a JSON object.",
        ),
        ((*LEAST, "--item", "price=1,price=2"), "each key once"),
        ((*LEAST, "--item", "product_id=p,quantity=1,price=x"), "write a number like 12.50."),
        ((*LEAST, "--item", "product_id=p,quantity=1"), "--item: price is missing"),
        (
            (*LEAST, "--item", "product_id=p,quantity=1,price=1,colour=red"),
            "--item: colour is not known to the platform",
        ),
        ((*LEAST, "--item", "product_id=p,quantity=1.5,price=1"), "--item: quantity must be a whole number"),
        ((*LEAST, "--file", "/nowhere"), "Invalid value for '--file': '/nowhere': No such file or directory"),
    ],
)
def test_a_wrong_option_is_named_before_any_call(fulfillment: Commands, cekat: Platform, options, sentence):
    result = fulfillment(*CREATE, *options)
    assert (result.code, result.out, cekat.calls()) == (2, "", 0)
    assert sentence in result.err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is not usable as JSON: not_json"),
        (b"[]", "the file is JSON, but not an object"),
        (b'{"a": 1, "a": 2}', "the file is not usable as JSON: duplicate_key"),
        (b" " * 1_048_577, "the file is larger than 1 MiB"),
        (b'{"colour": "red"}', "a new order at cekat has no “colour”; it has customer_id, items, total"),
        (json.dumps({**ORDER, "total": True}).encode(), "--total must be a whole number or must be a number"),
        (json.dumps({**ORDER, "items": []}).encode(), "--item must have at least 1 item"),
        (json.dumps({**ORDER, "items": {"x": 1}}).encode(), "--item must be a valid"),
        (json.dumps({**ORDER, "notes": None, "customer_id": 5}).encode(), "--customer-id must be a text"),
    ],
)
def test_a_wrong_file_is_refused_before_any_call(
    fulfillment: Commands, cekat: Platform, tmp_path: Path, content, sentence
):
    file = tmp_path / "order.json"
    file.write_bytes(content)
    result = fulfillment(*CREATE, "--file", str(file))
    assert (result.code, result.out, cekat.calls()) == (2, "", 0)
    assert sentence in result.err


def test_a_platform_that_documents_no_creation_says_so(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    result = fulfillment(*CREATE, *LEAST)
    assert (result.code, result.err) == (2, "fulfillment: awalchat documents no way to create an order\n")
    assert platform.calls() == 0


# ------------------------------------------------------------------------------------------------------------- failures


def test_an_order_without_an_answer_is_sent_once_and_the_message_has_a_command_that_finds_it(
    fulfillment: Commands, cekat: Platform
):
    cekat.fault("lose_answer")
    result = fulfillment(*CREATE, *LEAST, "--customer-id", "c o'1")
    assert (result.code, result.out, len(sent(cekat))) == (3, "", 1)
    assert "the order may have been created or not; before you try again, look: " in result.err
    program, *arguments = shlex.split(result.err.partition("look: ")[2])
    assert program == "fulfillment"
    assert fulfillment(*arguments, "--json").document["document"]["customer_id"] == "c o'1"


def test_a_refusal_does_not_say_that_the_order_may_exist(fulfillment: Commands, cekat: Platform):
    cekat.fault("status", code=422)
    result = fulfillment(*CREATE, *LEAST)
    assert (result.code, result.out) == (1, "")
    assert "the platform refuses: HTTP 422" in result.err
    assert "may have been created" not in result.err
