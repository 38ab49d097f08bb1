"""A deployment of which every webhook is lost, on two platforms: no receiver runs, and no source is ever heard of."""

import signal
from collections.abc import Callable

import pytest

from tests.support.installation import Installation, Sandbox, account_at, patient
from tests.support.programs import free_port, until

TWO_MINUTES = 120_000_000


@pytest.fixture(scope="module")
def shops(build: Callable[..., Installation]) -> tuple[Installation, Sandbox]:
    """An installation whose worker scans every second, with an account at each platform; and the second platform."""
    port = free_port()
    sources = {"SOURCES__COURIER__ACCOUNT": "main", "SOURCES__AWALCHAT__ACCOUNT": "main"}
    patience = patient("MAIN", "OTHER")
    installation = build(SCAN_EVERY="1s", **(account_at(port, "OTHER", "cekat") | patience), **sources)
    other = installation.add_platform(port, "cekat", "cekat")
    installation.open(installation.platform, other, installation.valkey, installation.worker)
    return installation, Sandbox(port)


def let_time_pass(installation: Installation) -> None:
    """Make every read and write two minutes older: lists may lag, so younger ones are not compared with them."""
    columns = ", ".join(f"{name} = {name} - {TWO_MINUTES}" for name in ("read_at", "confirmed_at", "delivered_at"))
    installation.rows(f"UPDATE orders SET {columns}")  # noqa: S608 - constants


def test_without_webhooks_orders_are_accepted_and_completed_after_their_delivery(shops: tuple[Installation, Sandbox]):
    installation, cekat = shops
    awalchat = installation.sandbox
    for number in range(1, 121):  # more than one page
        awalchat.order(number)
    awalchat.order(500, payment_status="unpaid")
    cekat("POST", "/orders", [{"id": f"c{number}", "status": "paid"} for number in range(10)])

    accepted = "SELECT 1 FROM orders WHERE stage = 'accepted'"
    until(lambda: len(installation.rows(accepted)) == 130, 200, what="all paid orders are accepted")
    assert all(awalchat.seen(number)["status"] == "accepted" for number in range(1, 121))
    assert all(cekat.seen(f"c{number}")["status"] == "processing" for number in range(10))
    assert awalchat.seen(500)["status"] == "pending"

    # People carry on where no courier reports: they deliver, cancel, take back, and collect a payment.
    until(installation.at_rest)
    let_time_pass(installation)
    awalchat("PATCH", "/orders/1", {"status": "delivered"})
    cekat("PATCH", "/orders/c1", {"status": "delivered"})
    awalchat("PATCH", "/orders/2", {"status": "cancelled"})
    awalchat("PATCH", "/orders/500", {"payment_status": "paid"})
    until(lambda: awalchat.seen(1)["status"] == "completed")
    until(lambda: "fulfillment" in (cekat.seen("c1")["metadata"] or {}))
    until(lambda: awalchat.seen(500)["status"] == "accepted")
    until(lambda: installation.rows("SELECT 1 FROM orders WHERE order_id = '2' AND closed = 'cancelled'"))

    let_time_pass(installation)
    awalchat("PATCH", "/orders/3", {"status": "pending"})
    stopped = "SELECT stop FROM orders WHERE order_id = '3' AND waiting = 'moved_back' OR stop = 'moved_back'"
    until(lambda: installation.rows(stopped))

    for sandbox in (awalchat, cekat):
        totals = sandbox.totals()
        assert (totals["illegal"], totals["repeat"]) == (0, 0)
    assert not installation.rows("SELECT 1 FROM events")
    assert not installation.rows("SELECT 1 FROM deliveries")
    scans = installation.rows("SELECT account, problem, complete_at FROM scans ORDER BY account")
    assert [scan["account"] for scan in scans] == ["main", "other"]
    assert all(scan["complete_at"] for scan in scans)
    assert {scan["problem"] for scan in scans} == {""}
    cekat.close()


def test_a_worker_ends_at_once_although_it_scans_all_the_time(shops: tuple[Installation, Sandbox]):
    installation, _ = shops
    installation.worker.send(signal.SIGTERM)
    assert installation.worker.exit_code() == 0
