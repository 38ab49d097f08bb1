"""Lists of orders at the platform, over HTTP: what is asked reaches the platform, and pages are read to their end."""

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
"""Of 2026-11-21, in microseconds."""
DAY = 86_400_000_000
Fields = Mapping[str, object]

# ------------------------------------------------------------------------------------------------------------- filters

# What is asked, what the order has that passes, and what another one has that does not.
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
def test_every_filter_reaches_the_platform_and_filters(fulfillment: Commands, found_at, name, filter_):
    platform = found_at(name)
    asked, passing, failing = FILTERED[name][filter_]
    platform("POST", "/orders", [{"id": 1, **passing}, {"id": 2, **failing}])
    (found,) = fulfillment(*LIST, f"--{filter_.replace('_', '-')}", asked, "--json").documents
    assert found["order"] == "1"


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


def test_filters_may_be_combined(fulfillment: Commands, found_at):
    orders = [{"id": n, "total": n, "status": "pending" if n == 3 else "shipped"} for n in range(1, 7)]
    found_at("cekat")("POST", "/orders", orders)
    told = fulfillment(*LIST, "--status", "shipped", "--min-total", "2", "--max-total", "5", "--json")
    assert [document["order"] for document in told.documents] == ["2", "4", "5"]


# --------------------------------------------------------------------------------------------------------------- pages


def many(platform: Platform, count: int) -> list[str]:
    platform("POST", "/orders", [{"id": 1000 + n} for n in range(count)])
    return [str(1000 + n) for n in range(count)]


@pytest.mark.parametrize(("count", "calls"), [(25, 3), (10, 1), (0, 1)])
def test_all_reads_every_page_to_the_end_and_each_order_once(fulfillment: Commands, platform: Platform, count, calls):
    ids = many(platform, count)
    told = fulfillment(*LIST, "--all", "--page-size", "10", "--json")
    assert [document["order"] for document in told.documents] == ids
    # Cekat's other shape does not say that a full page is the last one.
    assert platform.calls() - calls in ({0, 1} if platform.kind == "cekat_other" and count == 10 else {0})


@pytest.mark.parametrize(("limit", "calls"), [(1, 1), (5, 1), (12, 3)])
def test_a_limit_stops_the_paging(fulfillment: Commands, platform: Platform, limit, calls):
    ids = many(platform, 25)
    told = fulfillment(*LIST, "--limit", str(limit), "--page-size", "5", "--json")
    assert [document["order"] for document in told.documents] == ids[:limit]
    assert platform.calls() == calls


def test_a_list_that_was_cut_says_so(fulfillment: Commands, found_at):
    many(found_at("awalchat"), 60)
    told = fulfillment(*LIST, "--page-size", "20")
    assert told.out.count("ORD-") == 50
    assert told.out.count("NUMBER") == 1
    assert "These are the first 50 of 60; --limit or --all shows more." in told.out
    assert "--all shows more" not in fulfillment(*LIST, "--limit", "60", "--page-size", "60").out
    assert fulfillment(*LIST, "--status", "shipped").out == "No such orders.\n"


def test_what_was_read_before_a_failure_is_shown(fulfillment: Commands, found_at):
    platform = found_at("awalchat")
    many(platform, 25)
    platform.fault("delay", seconds=0)
    platform.fault("status", code=503)
    told = fulfillment(*LIST, "--json")
    assert (told.code, len(told.documents)) == (3, 10)


def test_a_reader_that_has_read_enough_ends_the_paging(fulfillment: Commands, found_at):
    platform = found_at("awalchat")
    many(platform, 200)
    program = [sys.executable, "-m", "worker.cli", *LIST, "--all", "--page-size", "1", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["order"] == "1000"
        process.stdout.close()
        assert (process.stderr.read(), process.wait(30)) == (b"", 0)
    assert platform.calls() < 200
