"""Lists of orders at the platform, over HTTP: filters reach the platform, and pages are read to the end."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.support.commands import Commands
from tests.support.sandbox_account import SandboxAccount
from tests.support.sandboxes import Platform
from worker.cli.platform.options import FILTERS, NEW_ORDER
from worker.order_api.http.client import Client
from worker.order_api.platforms import PLATFORMS

LIST = ("platform", "orders", "list")
NOON = 1_795_262_400_000_000
"""An instant of 2026-11-21, in microseconds."""
DAY = 86_400_000_000
Fields = Mapping[str, object]

# ------------------------------------------------------------------------------------------------------------- filters

# The text of the filter, the fields of an order that passes, and those of an order that does not.
FILTERED: Mapping[str, Mapping[str, tuple[str, Fields, Fields]]] = {
    "awalchat": {
        "status": ("shipped", {"status": "shipped"}, {"status": "pending"}),
        "since": ("2026-11-21", {"created_at": NOON}, {"created_at": NOON - DAY}),
        "until": ("2026-11-21", {"created_at": NOON}, {"created_at": NOON + DAY}),
        "search": ("A-7", {"order_number": "A-7"}, {"order_number": "B-8"}),
        "branch_id": ("7", {"branch_id": 7}, {"branch_id": 8}),
        "customer_id": ("5", {"customer_id": 5}, {"customer_id": 6}),
    },
    "cekat": {
        "status": ("processing", {"status": "processing"}, {"status": "pending"}),
        "since": ("2026-11-21", {"created_at": NOON}, {"created_at": NOON - DAY}),
        "until": ("2026-11-21", {"created_at": NOON}, {"created_at": NOON + DAY}),
        "search": ("TRK7", {"tracking_number": "TRK7"}, {"tracking_number": "TRK8"}),
        "customer_id": ("c 5&x=1", {"customer_id": "c 5&x=1"}, {"customer_id": "c"}),
        "min_total": ("10.50", {"total": 10.5}, {"total": 10}),
        "max_total": ("10.50", {"total": 10.5}, {"total": 11}),
    },
}


@pytest.mark.parametrize(("name", "filter_"), [(name, each) for name, forms in FILTERED.items() for each in forms])
def test_every_filter_reaches_the_platform_and_works(fulfillment: Commands, account_at, name, filter_):
    platform = account_at(name)
    asked, passing, failing = FILTERED[name][filter_]
    platform("POST", "/orders", [{"id": 1, **passing}, {"id": 2, **failing}])
    (order,) = fulfillment(*LIST, f"--{filter_.replace('_', '-')}", asked, "--json").documents
    assert order["order"] == "1"


def test_every_option_is_a_field_of_some_form_and_every_filter_is_tested():
    clients = {}
    with Client() as client:
        for name in PLATFORMS:
            account = SandboxAccount("http://127.0.0.1:9", client, name)
            clients[name] = account.orders_client
            account.close()
    filters = {name: set(client.filters.model_fields) for name, client in clients.items()}
    assert filters == {name: {*tested, "page_size"} for name, tested in FILTERED.items()}
    assert set().union(*filters.values()) == FILTERS.keys()
    creations = [client.creation.form.model_fields for client in clients.values() if client.creation]
    assert set().union(*creations) == NEW_ORDER.keys()


def test_filters_may_be_combined(fulfillment: Commands, account_at):
    orders = [{"id": n, "total": n, "status": "pending" if n == 3 else "shipped"} for n in range(1, 7)]
    account_at("cekat")("POST", "/orders", orders)
    result = fulfillment(*LIST, "--status", "shipped", "--min-total", "2", "--max-total", "5", "--json")
    assert [document["order"] for document in result.documents] == ["2", "4", "5"]


# --------------------------------------------------------------------------------------------------------------- pages


def many(platform: Platform, count: int) -> list[str]:
    platform("POST", "/orders", [{"id": 1000 + n} for n in range(count)])
    return [str(1000 + n) for n in range(count)]


@pytest.mark.parametrize(("count", "calls"), [(25, 3), (10, 1), (0, 1)])
def test_all_reads_every_page_and_each_order_once(fulfillment: Commands, platform: Platform, count, calls):
    ids = many(platform, count)
    result = fulfillment(*LIST, "--all", "--page-size", "10", "--json")
    assert [document["order"] for document in result.documents] == ids
    # In Cekat's other shape, a full page does not say whether it is the last one.
    assert platform.calls() - calls in ({0, 1} if platform.kind == "cekat_other" and count == 10 else {0})


@pytest.mark.parametrize(("limit", "calls"), [(1, 1), (5, 1), (12, 3)])
def test_a_limit_stops_the_paging(fulfillment: Commands, platform: Platform, limit, calls):
    ids = many(platform, 25)
    result = fulfillment(*LIST, "--limit", str(limit), "--page-size", "5", "--json")
    assert [document["order"] for document in result.documents] == ids[:limit]
    assert platform.calls() == calls


def test_a_list_that_ends_at_the_limit_says_how_to_see_more(fulfillment: Commands, account_at):
    many(account_at("awalchat"), 60)
    result = fulfillment(*LIST, "--page-size", "20")
    assert result.out.count("ORD-") == 50
    assert result.out.count("NUMBER") == 1
    assert "These are the first 50 of 60; --limit or --all shows more." in result.out
    assert "--all shows more" not in fulfillment(*LIST, "--limit", "60", "--page-size", "60").out
    assert fulfillment(*LIST, "--status", "shipped").out == "No such orders.\n"


def test_orders_that_were_read_before_a_failure_are_shown(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    many(platform, 25)
    platform.fault("delay", seconds=0)
    platform.fault("status", code=503)
    result = fulfillment(*LIST, "--json")
    assert (result.code, len(result.documents)) == (3, 10)


def test_a_reader_that_closes_the_pipe_ends_the_reading(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    many(platform, 200)
    program = [sys.executable, "-m", "worker.cli", *LIST, "--all", "--page-size", "1", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["order"] == "1000"
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 0)
    assert platform.calls() < 200


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_list_says_how_many_orders_could_not_be_read(fulfillment: Commands, platform: Platform, options):
    platform("POST", "/orders", [{"id": 1}, {"id": 2, "status": ""}, {"id": 3}])
    result = fulfillment(*LIST, *options)
    assert result.code == 0
    assert "1 order is left out, because what the platform shows makes no sense" in result.err
    assert "No such orders" not in result.out
