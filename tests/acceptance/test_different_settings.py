"""Workers with different settings share a database: each serves its own accounts, and leaves the others alone."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.courier import event_document
from tests.support.installation import FULFILLMENT
from tests.support.programs import Program, until
from tests.support.two_accounts import JAKARTA, TwoAccounts

ONLY_MAIN, ONLY_JAKARTA = "only main", "only jakarta"
WITHOUT = {ONLY_MAIN: ("JAKARTA", "KURIR"), ONLY_JAKARTA: ("MAIN", "COURIER", "AWALCHAT")}


def run_worker(both: TwoAccounts, name: str) -> None:
    """Run a worker, unless it runs: its settings have no variable with any of the parts `WITHOUT` in its name."""
    if name not in both.programs:
        environ = {key: value for key, value in both.environ.items() if not any(part in key for part in WITHOUT[name])}
        command = [*FULFILLMENT, "worker", "--concurrency", "8"]
        worker = Program(name, command, environ, both.folder, lambda: "worker_ready" in worker.output)
        both.programs[name] = worker.start()


@pytest.fixture(scope="module")
def both() -> Iterator[TwoAccounts]:
    """An installation whose receiver knows two accounts. No worker runs."""
    with closing(TwoAccounts()) as installation:
        yield installation.open(
            installation.platform, installation.cekat_platform, installation.valkey, installation.receiver
        )


def post_to_both(both: TwoAccounts, number: int) -> None:
    both.sandbox.order(number)
    both.cekat("POST", "/orders", {"id": f"ord_{number}", "status": "paid"})
    both.courier.post_until_acknowledged(event_document(f"a{number}", "shipment.picked_up", number))
    both.kurir.post_until_acknowledged(event_document(f"b{number}", "shipment.picked_up", f"ord_{number}"))


def doctor(both: TwoAccounts, name: str) -> list[tuple[str, str]]:
    checks = json.loads(both.run("doctor", "--json").stdout)["checks"]
    return [(check["verdict"], check["sentence"]) for check in checks if check["check"] == name]


def test_each_worker_serves_its_own_accounts_and_leaves_the_others_alone(both):
    numbers = range(1, 21)
    run_worker(both, ONLY_MAIN)
    for number in numbers:
        post_to_both(both, number)
    until(lambda: all(both.sandbox.seen(number)["status"] == "shipped" for number in numbers))
    until(lambda: both.rows("SELECT 1 FROM workers"), what="the worker has a heartbeat")
    waiting = both.rows("SELECT account, revision, seen_revision, stop FROM orders WHERE account = 'jakarta'")
    assert len(waiting) == 20
    assert all((row["seen_revision"], row["stop"]) == (0, None) for row in waiting)
    assert both.rows("SELECT * FROM holds") == []
    assert both.cekat.totals()["calls"] == 0

    explained = both.run("orders", "explain", f"{JAKARTA}/ord_1").stdout
    assert "no running worker serves the account jakarta" in " ".join(explained.split())
    neglected = [sentence for verdict, sentence in doctor(both, f"account {JAKARTA}") if verdict == "fail"]
    assert any(sentence.startswith("No running worker serves this account, but 20 orders") for sentence in neglected)

    run_worker(both, ONLY_JAKARTA)
    until(lambda: all(both.cekat.seen(f"ord_{number}")["status"] == "shipped" for number in numbers))
    until(both.at_rest)
    assert both.rows("SELECT * FROM holds") == []


def test_with_both_workers_every_order_reaches_the_one_that_serves_it(both):
    for name in WITHOUT:
        run_worker(both, name)
    numbers = range(101, 121)
    for number in numbers:
        post_to_both(both, number)
    until(lambda: all(both.sandbox.seen(number)["status"] == "shipped" for number in numbers))
    until(lambda: all(both.cekat.seen(f"ord_{number}")["status"] == "shipped" for number in numbers))
    until(both.at_rest)
