"""Strangers leave a bounded trail, and see neither metrics nor the broker's state; each delivery has its peer."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from signal import SIGTERM
from typing import Any

import httpx
import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.local_http import local_client
from tests.support.network import Network
from tests.support.programs import until
from webhook_receiver.background.trail import INTERVAL_SECONDS, MAX_PEERS, OTHERS

COURIER, FORGERS, FORGERIES = "203.0.113.5", 2 * MAX_PEERS, 4 * MAX_PEERS
NAMES = 3 * MAX_PEERS


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation]) -> Installation:
    """A receiver behind a proxy on this machine, which names its clients."""
    built = build(TRUSTED_PROXIES='["127.0.0.1", "::1"]')
    return built.open(built.receiver)


@pytest.fixture
def proxied(installation: Installation) -> Iterator[httpx.Client]:
    with local_client(installation.url) as client:
        yield client


def trail(installation: Installation) -> list[dict[str, Any]]:
    """Return the lines of the receiver about what was not accepted."""
    complete, _, _ = installation.receiver.log.rpartition("\n")  # the rest is being written
    lines = [json.loads(line) for line in complete.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "deliveries_not_accepted"]


def test_metrics_and_the_brokers_state_do_not_reach_a_stranger_through_a_plain_forwarder(installation: Installation):
    assert installation.get("/metrics").status_code == 200
    assert installation.get("/readyz").json().keys() == {"status", "database", "broker"}
    forwarder = Network("127.0.0.1", installation.port)
    try:
        for page, status in (("/metrics", 401), ("/readyz", 200)):
            with local_client(f"http://127.0.0.1:{forwarder.port}") as client:
                answer = client.get(page, headers={"Host": "hooks.example.com"})
            assert answer.status_code == status
            assert "broker" not in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
    finally:
        forwarder.close()


def test_each_delivery_keeps_the_address_that_the_trusted_proxy_tells(installation: Installation):
    body = event_document("evt_1", "shipment.created", 1)
    installation.courier.post(body, {"X-Forwarded-For": f"198.51.100.66, {COURIER}"})
    installation.courier.post(b"{", {"X-Forwarded-For": COURIER})
    rows = installation.rows("SELECT outcome, peer, reason FROM deliveries ORDER BY id")
    assert [(row["outcome"], row["peer"]) for row in rows] == [("accepted", COURIER), ("quarantined", COURIER)]
    shown = installation.run("deliveries", "show", "1")
    assert COURIER in shown.stdout
    until(lambda: "quarantined" in {line["outcome"] for line in trail(installation)}, what="the quarantine has a line")
    (line,) = (line for line in trail(installation) if line["outcome"] == "quarantined")
    assert (line["source"], line["peer"], line["count"]) == ("courier", COURIER, 1)
    assert line["reasons"] == {rows[1]["reason"]: 1}


def test_a_flood_leaves_a_bounded_number_of_lines_and_counters_and_none_of_it_is_lost(
    installation: Installation, proxied: httpx.Client
):
    began = time.monotonic()
    for number in range(FORGERIES):
        peer = f"198.51.100.{number % FORGERS}"
        headers = {"X-Forwarded-For": peer, "X-Awal-Signature-256": "sha256=" + "0" * 64, "X-Timestamp": "1706193000"}
        assert proxied.post("/webhooks/courier", content=b"{}", headers=headers).status_code == 401
    for number in range(NAMES):
        headers = {"X-Forwarded-For": f"2001:db8::{number:x}"}
        assert proxied.post(f"/webhooks/name{number}", content=b"{}", headers=headers).status_code == 404
    installation.receiver.send(SIGTERM)
    assert installation.receiver.exit_code() == 0
    lines = trail(installation)
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        counts[line["source"], line["outcome"]] += line["count"]
    assert counts["courier", "refused"] == FORGERIES
    assert counts["", "unknown_source"] == NAMES
    minutes = int((time.monotonic() - began) / INTERVAL_SECONDS)
    # Each address has a line at once, one a minute, and perhaps one at the end; the tests before have made two more.
    assert len(lines) <= 2 * (2 + minutes) * (MAX_PEERS + 1) + 2
    assert OTHERS in {line["peer"] for line in lines}
    counters = installation.rows("SELECT source, outcome, count FROM counters")
    assert {(row["source"], row["outcome"]): row["count"] for row in counters} == {
        ("courier", "refused"): FORGERIES,
        ("", "unknown_source"): NAMES,
    }
