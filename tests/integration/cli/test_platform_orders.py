"""Orders at the platform over HTTP: what the commands show, what they refuse, and what goes wrong."""

import json
import re

import pytest

from tests.support.commands import Commands
from tests.support.credentials import SECRET
from tests.support.good_settings import COURIER, MAIN, OTHER
from tests.support.sandboxes import Platform

LIST = ("platform", "orders", "list")
SHOW = ("platform", "orders", "show")
NASTY = "\x1b]0;pwned\x07[bold red]x[/] \u202egnp.exe"


# ------------------------------------------------------------------------------------------------------------ documents


def test_the_keys_of_json_documents_are_a_contract(fulfillment: Commands, platform: Platform):
    platform("POST", "/orders", {"id": 1, "payment_status": "paid"})
    listed, shown = fulfillment(*LIST, "--json").document, fulfillment(*SHOW, "1", "--json").document
    assert " ".join(listed) == "account order order_key number status stage closed payment tracking document"
    document = shown.pop("document")
    assert (document["id"], document["payment_status"]) == (1 if platform.name == "awalchat" else "1", "paid")
    assert listed.pop("document")["id"] == document["id"]
    # A list at Cekat does not show whether an order is paid.
    assert {**listed, "payment": "paid"} == shown
    assert shown == {
        "account": "main",
        "order": "1",
        "order_key": "main/1",
        "number": "ORD-1",
        "status": "pending",
        "stage": "pending",
        "closed": None,
        "payment": "paid",
        "tracking": None,
    }


@pytest.mark.parametrize(
    ("status", "stage", "closed"),
    [
        ("processing", "accepted", None),
        ("completed", "completed", "completed"),
        ("refunded", None, "refunded"),
        ("on_the_moon", None, None),
    ],
)
def test_a_status_is_shown_as_a_stage_too(fulfillment: Commands, account_at, status, stage, closed):
    account_at("cekat")("POST", "/orders", {"id": 1, "status": status, "tracking_number": "TRK1"})
    result = fulfillment(*SHOW, "1", "--json").document
    assert (result["status"], result["stage"], result["closed"], result["tracking"]) == (status, stage, closed, "TRK1")
    # The page shows no stage for an unknown status.
    page = fulfillment(*SHOW, "1").out
    assert ("unknown" in page) is (not stage and not closed)


def test_an_order_is_shown_with_the_whole_document(fulfillment: Commands, account_at):
    account_at("cekat")(
        "POST", "/orders", {"id": "o-1", "metadata": {"gift": {"to": "ليلى"}}, "tracking_url": "https://t/1"}
    )
    page = fulfillment(*SHOW, "main/o-1").out
    facts, _, document = page.partition("\n\n")
    assert facts.startswith("order ")
    assert "main/o-1" in facts
    assert json.loads(document)["metadata"] == {"gift": {"to": "ليلى"}}


@pytest.mark.parametrize("arguments", [LIST, (*SHOW, "1")], ids=" ".join)
def test_text_from_the_platform_is_printed_in_80_columns_without_control_characters(
    fulfillment: Commands, account_at, arguments
):
    nasty = {"order_number": NASTY, "status": NASTY, "tracking_number": NASTY, "metadata": {NASTY: NASTY}}
    account_at("cekat")("POST", "/orders", [{"id": 1, **nasty}, {"id": "x" * 64, "tracking_url": NASTY}])
    result = fulfillment(*arguments)
    assert result.code == 0
    assert not {c for c in result.out if not c.isprintable() and c != "\n"}
    assert max(map(len, result.out.splitlines())) <= 80
    assert "[bold" in result.out
    assert fulfillment(*arguments, "--json").out.isascii()


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("name", "arguments", "sentences"),
    [
        ("awalchat", (*LIST, "--min-total", "1"), ["awalchat has no --min-total; it has --status, --since, --until"]),
        ("cekat", (*LIST, "--branch-id", "1"), ["cekat has no --branch-id; it has --status, --since, --until"]),
        ("cekat", (*LIST, "--since", "yesterday"), ["--since must be a date such as 2026-11-22"]),
        ("awalchat", (*LIST, "--until", "86400"), ["--until must be a date such as 2026-11-22"]),
        ("awalchat", (*LIST, "--until", "2026-02-30"), ["--until must be a date such as 2026-11-22"]),
        ("cekat", (*LIST, "--min-total", "NaN"), ["--min-total must be a finite number"]),
        ("cekat", (*LIST, "--page-size", "101"), ["--page-size must be less than or equal to 100"]),
        ("awalchat", (*LIST, "--customer-id", "c1"), ["--customer-id must be a whole number"]),
        ("awalchat", (*LIST, "--status", ""), ["--status must have at least 1 character"]),
        ("awalchat", (*LIST, "--status", "\udcff"), ["--status must be a text"]),
        ("awalchat", (*LIST, "--limit", "1", "--all"), ["Usage: ", "--limit or --all, not both"]),
        ("awalchat", (*SHOW, "0x1"), ["“0x1” is not an order id: a positive integer"]),
        ("awalchat", (*SHOW, "number:A 7"), ["orders list --account=main '--search=A 7'"]),
        ("cekat", (*SHOW, "tracking:TRK7"), ["orders list --account=main --search=TRK7"]),
        ("cekat", (*LIST, "--since", "2026-11-02", "--until", "2026-11-01"), ["--since is beyond --until"]),
        ("cekat", (*LIST, "--min-total", "2", "--max-total", "1.5"), ["--min-total is beyond --max-total"]),
        ("cekat", (*SHOW, "\x1b[31m"), ["is not an order id: at most 64 letters"]),
        ("awalchat", (*SHOW, "nobody/1"), ["name no account “nobody”; they name: main"]),
        ("awalchat", (*SHOW, "main/1", "--account", "other"), ["main/1 is not an order of other"]),
    ],
)
def test_what_the_platform_does_not_offer_is_refused_before_any_call(
    fulfillment: Commands, account_at, name, arguments, sentences
):
    platform = account_at(name)
    result = fulfillment(*arguments)
    assert (result.code, result.out, platform.calls()) == (2, "", 0)
    assert all(sentence in result.err for sentence in sentences)
    assert "\x1b" not in result.err


def test_with_several_accounts_one_must_be_named(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    platform("POST", "/orders", {"id": 1})
    fulfillment.set(OTHER | {f"{COURIER}ACCOUNT": "main"})
    result = fulfillment(*LIST)
    assert (result.code, platform.calls()) == (2, 0)
    assert result.err == "fulfillment: there are several accounts: give --account one of main, other\n"
    for arguments in ((*LIST, "--account", "main"), (*SHOW, "main/1"), (*SHOW, "1", "--account", "main")):
        assert fulfillment(*arguments, "--json").document["account"] == "main"


# ------------------------------------------------------------------------------------------------------------- failures


def test_the_platforms_own_message_is_quoted(fulfillment: Commands, account_at):
    account_at("awalchat")
    result = fulfillment(*SHOW, "7")
    answer = "HTTP 404, resource_not_found, There is no such resource, request req-000001"
    sentence = f"the platform does not know the order: {answer}"
    assert (result.code, result.err) == (1, f"fulfillment: {sentence}\n")


def test_a_refused_filter_needs_a_person_and_names_the_field(fulfillment: Commands, platform: Platform):
    result = fulfillment(*LIST, "--status", "on_the_moon")
    assert (result.code, result.out) == (1, "")
    assert "the platform refuses: HTTP 400" in result.err
    assert "must be one of pending" in result.err


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        ({"kind": "wrong_credentials"}, 1, "the platform does not accept the account's credentials: HTTP 401"),
        ({"kind": "status", "code": 503}, 3, "the platform gives no usable answer: HTTP 503"),
        ({"kind": "reset"}, 3, "the platform gives no usable answer"),
        ({"kind": "body", "body": "<html>"}, 3, "the platform gives no usable answer: HTTP 200"),
        ({"kind": "status", "code": 429, "retry_after": 7}, 3, "the account has to wait for 7 s: HTTP 429"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
@pytest.mark.parametrize("arguments", [LIST, (*SHOW, "1")], ids=" ".join)
def test_the_exit_code_says_whether_a_person_is_needed(
    fulfillment: Commands, platform: Platform, arguments, fault, code, sentence
):
    platform("POST", "/orders", {"id": 1})
    platform("POST", "/faults", fault)
    result = fulfillment(*arguments)
    assert (result.code, result.out) == (code, "")
    assert f"fulfillment: {sentence}" in result.err
    assert SECRET not in result.err


def test_the_doctor_quotes_the_platform_within_one_sentence(fulfillment: Commands, platform: Platform):
    platform("POST", "/faults", {"kind": "wrong_credentials"})
    (check,) = [each for each in fulfillment("doctor", "--json").document["checks"] if each["check"] == "account main"]
    assert check["verdict"] == "fail"
    assert re.search(r"[^.]\.$", check["sentence"])


def test_a_narrow_terminal_leaves_no_column_out(fulfillment: Commands, platform: Platform):
    platform("POST", "/orders", {"id": 1})
    wide = fulfillment(*LIST).out
    fulfillment.set({"COLUMNS": "30"})
    assert fulfillment(*LIST).out == wide


def test_a_call_takes_no_longer_than_the_account_allows(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    fulfillment.set({f"{MAIN}CALL_DEADLINE": "200ms"})
    platform.fault("delay", seconds=5)
    result = fulfillment(*LIST)
    assert (result.code, "no answer in time" in result.err) == (3, True)


def test_a_call_of_the_doctor_takes_no_longer_than_the_account_allows(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    fulfillment.set({f"{MAIN}CALL_DEADLINE": "200ms"})
    platform.fault("delay", seconds=5)
    checks = {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}
    assert "no answer in time" in checks["account main"]["sentence"]
