"""A platform's outage, through every real process: the account waits, no order uses up an attempt, all are done."""

import json
from collections.abc import Callable
from signal import SIGTERM
from typing import Any

import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation, patient
from tests.support.programs import until
from worker.domain.accounts.breaker import TRIPS_AT
from worker.domain.instants import HOUR

ORDERS = range(1, 51)
SLOTS = 8


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, build: Callable[..., Installation]) -> Installation:
    """An installation with two workers."""
    url = request.getfixturevalue("empty_postgresql") if request.param == "postgresql" else ""
    installation: Installation = build(url, **patient())
    second = installation.add_worker("second")
    parts = (installation.platform, installation.valkey, installation.receiver, installation.worker, second)
    return installation.open(*parts)


def await_hold(installation: Installation, reason: str) -> None:
    """Wait for the hold of the account, and put off its next probe until the test has looked at everything."""
    put_off = "UPDATE holds SET next_probe = next_probe + :hour WHERE reason = :reason RETURNING reason"
    until(lambda: installation.rows(put_off, hour=HOUR, reason=reason), what=f"the account is held for {reason}")


def the_account(installation: Installation) -> Any:
    (line,) = installation.run("accounts", "list", "--json").stdout.splitlines()
    return json.loads(line)


def logged(installation: Installation, event: str) -> list[int]:
    """Return how often each worker has logged *event*."""
    return [installation.programs[name].log.count(f'"{event}"') for name in ("worker", "second")]


def test_an_outage_holds_the_account_and_ends_by_itself(pair):
    for number in ORDERS:
        pair.sandbox.order(number)
    pair.sandbox.fault("outage", answer=503, seconds=3600)
    for number in ORDERS:
        assert pair.courier.post(event_document(f"evt_{number}", "shipment.picked_up", number)).is_success
    await_hold(pair, "outage")
    until(lambda: pair.leases() == 0, what="the calls under way end")
    calls = pair.sandbox.totals()["calls"]
    # While a worker's probe waits for its call out of the budget, each of its slots may begin one call more.
    assert calls <= 2 * (TRIPS_AT - 1 + 2 * SLOTS) + 2

    account = the_account(pair)
    assert (account["orders"], account["waiting"]) == (50, 50)
    assert [(hold["reason"], hold["probes"]) for hold in account["holds"]] == [("outage", 0)]
    assert len(account["workers"]) == 2
    until(lambda: logged(pair, "account_held") == [1, 1], what="each worker says it once")

    pair.sandbox.lift_faults()
    assert pair.sandbox.totals()["calls"] == calls
    pair.rows("UPDATE holds SET next_probe = since")
    until(lambda: not pair.rows("SELECT 1 FROM holds"), what="a probe lifts the hold")
    until(pair.at_rest, what="the orders go on")
    assert {pair.sandbox.seen(number)["status"] for number in ORDERS} == {"shipped"}
    rows = pair.rows("SELECT DISTINCT failures, failing_since, stop FROM orders")
    assert rows == [{"failures": 0, "failing_since": None, "stop": None}]
    totals = pair.sandbox.totals()
    assert (totals["illegal"], totals["repeat"]) == (0, 0)
    until(lambda: logged(pair, "account_resumed") == [1, 1], what="each worker says it once")


def test_lost_credentials_hold_the_account_until_a_probe_finds_them_accepted(pair):
    pair.sandbox.order(99)
    assert pair.courier.post(event_document("evt_98", "shipment.created", 99)).is_success
    until(pair.at_rest, what="the platform has shown the order")
    pair.rows("DELETE FROM locks WHERE name = 'probe:main'")  # as if no probe had been made a moment ago
    pair.sandbox.fault("wrong_credentials")
    assert pair.courier.post(event_document("evt_99", "shipment.picked_up", 99)).is_success
    await_hold(pair, "credentials")
    refused = pair.run("accounts", "probe", "main")
    assert (refused.returncode, "The platform refuses the credentials" in refused.stdout) == (1, True)
    pair.sandbox.lift_faults()
    good = pair.run("accounts", "probe", "main")
    assert (good.returncode, "The hold for credentials is lifted." in good.stdout) == (0, True)
    until(lambda: pair.sandbox.seen(99)["status"] == "shipped")
    until(pair.at_rest)


def test_an_operator_holds_an_account_and_lets_it_go_on(pair):
    assert pair.run("accounts", "hold", "main", "--reason", "an audit").returncode == 0
    pair.sandbox.order(100)
    assert pair.courier.post(event_document("evt_100", "shipment.picked_up", 100)).is_success
    probe = pair.run("accounts", "probe", "main")
    assert (probe.returncode, "main is held for operator" in probe.stdout) == (0, True)
    explained = pair.run("orders", "explain", "100").stdout
    assert "an audit" in explained
    assert pair.sandbox.seen(100)["status"] == "pending"
    released = pair.run("accounts", "release", "main", "--reason", "the audit is over")
    assert "1 order goes on" in released.stdout
    until(lambda: pair.sandbox.seen(100)["status"] == "shipped")
    until(pair.at_rest)


def workers_check(installation: Installation) -> tuple[str, str]:
    """Return the verdict and the sentence of `doctor` about the workers."""
    checks = json.loads(installation.run("doctor", "--json").stdout)["checks"]
    (check,) = (check for check in checks if check["check"] == "workers")
    return check["verdict"], check["sentence"]


def test_a_worker_that_stops_takes_back_its_heartbeat(pair):
    assert "\nfulfillment_workers 2.0\n" in pair.get("/metrics").text
    pair.programs["second"].send(SIGTERM)
    assert pair.programs["second"].exit_code() == 0
    assert len(the_account(pair)["workers"]) == 1
    verdict, sentence = workers_check(pair)
    assert (verdict, sentence.startswith("1 worker runs: ")) == ("ok", True)
    pair.worker.send(SIGTERM)
    assert pair.worker.exit_code() == 0
    assert workers_check(pair) == ("warn", "No worker runs.")
    pair.sandbox.order(101)
    assert pair.courier.post(event_document("evt_101", "shipment.picked_up", 101)).is_success
    assert "but no worker runs" in pair.run("orders", "explain", "101").stdout
    assert workers_check(pair) == ("fail", "No worker runs, but 1 order is due.")
