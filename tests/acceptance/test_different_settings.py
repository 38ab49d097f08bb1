"""Workers with different settings share a database: each serves its own accounts, and leaves the others alone."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.courier import event_document
from tests.support.installation import FULFILLMENT
from tests.support.programs import Program, until
from tests.support.two_accounts import JAKARTA, TwoAccounts


def worker_without(both: TwoAccounts, name: str, *parts: str) -> Program:
    """Return a worker whose settings have no variable with any of *parts* in its name."""
    environ = {key: value for key, value in both.environ.items() if not any(part in key for part in parts)}
    command = [*FULFILLMENT, "worker", "--concurrency", "8"]
    worker = both.programs[name] = Program(name, command, environ, both.folder, lambda: "worker_ready" in worker.output)
    return worker


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
    worker_without(both, "only main", "JAKARTA", "KURIR").start()
    for number in numbers:
        post_to_both(both, number)
    until(lambda: all(both.sandbox.seen(number)["status"] == "shipped" for number in numbers))
    waiting = both.rows("SELECT account, revision, seen_revision, stop FROM orders WHERE account = 'jakarta'")
    assert len(waiting) == 20
    assert all((row["seen_revision"], row["stop"]) == (0, None) for row in waiting)
    assert both.rows("SELECT * FROM holds") == []
    assert both.cekat.totals()["calls"] == 0

    explained = both.run("orders", "explain", f"{JAKARTA}/ord_1").stdout
    assert "no running worker serves the account jakarta" in " ".join(explained.split())
    neglected = [sentence for verdict, sentence in doctor(both, f"account {JAKARTA}") if verdict == "fail"]
    assert any(sentence.startswith("No running worker serves this account, but 20 orders") for sentence in neglected)

    worker_without(both, "only jakarta", "MAIN", "COURIER", "AWALCHAT").start()
    until(lambda: all(both.cekat.seen(f"ord_{number}")["status"] == "shipped" for number in numbers))
    until(both.at_rest)
    assert both.rows("SELECT * FROM holds") == []


def test_with_both_workers_every_order_reaches_the_one_that_serves_it(both):
    numbers = range(101, 121)
    for number in numbers:
        post_to_both(both, number)
    until(lambda: all(both.sandbox.seen(number)["status"] == "shipped" for number in numbers), 60)
    until(lambda: all(both.cekat.seen(f"ord_{number}")["status"] == "shipped" for number in numbers), 60)
    until(both.at_rest)
