"""A sender with a valid secret cannot fill the disk: what moves no order is bounded, and what was deleted is told."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.programs import until

MAX_KEPT, MIB = 100, 1_048_576
BODIES = 300
"""About 19 MiB in all, each of them unlike the others and as large as may be."""


@pytest.fixture(scope="module")
def installation(build) -> Installation:
    """A receiver whose source `courier` keeps at most 100 deliveries and 1 MiB that it cannot use."""
    bounds = {"SOURCES__COURIER__MAX_KEPT": str(MAX_KEPT), "SOURCES__COURIER__MAX_KEPT_BYTES": str(MIB)}
    built: Installation = build(**bounds)
    return built.open(built.receiver)


def bytes_on_disk(installation: Installation) -> int:
    return sum(file.stat().st_size for file in installation.data_dir.glob("fulfillment.db*"))


def metric(installation: Installation, name: str, outcome: str) -> float:
    line = re.search(rf'^{name}{{.*outcome="{outcome}".*}} (.+)$', installation.get("/metrics").text, re.MULTILINE)
    assert line
    return float(line[1])


def test_unusable_bodies_do_not_fill_the_disk_and_doctor_metrics_and_log_tell_what_was_deleted(installation):
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: installation.courier.post(os.urandom(65_536)).status_code, range(BODIES)))
    assert statuses == [202] * BODIES
    assert bytes_on_disk(installation) < 10 * MIB, "the file, and a write-ahead log of about 4 MiB"
    assert metric(installation, "fulfillment_kept_bytes", "quarantined") == MIB
    assert metric(installation, "fulfillment_deliveries_evicted", "quarantined") == BODIES - 16
    listed = installation.run("deliveries", "list", "--outcome", "quarantined", "--limit", "1000", "--json")
    assert len(listed.stdout.splitlines()) == 16
    assert f"{BODIES - 16} quarantined deliveries were deleted" in installation.run("doctor").stdout
    until(lambda: "deliveries_evicted" in installation.receiver.output)
    assert installation.receiver.output.count("deliveries_evicted") <= 3


def test_a_captured_request_that_is_played_back_leaves_a_bounded_number_of_rows(installation):
    document = event_document("evt_captured", "shipment.picked_up", 1)
    assert installation.courier.post(document).status_code == 202
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: installation.courier.post(document).status_code, range(MAX_KEPT + 50)))
    assert statuses == [200] * (MAX_KEPT + 50)
    kept = metric(installation, "fulfillment_deliveries", "duplicate")
    assert MAX_KEPT * 0.98 <= kept <= MAX_KEPT, "a hundredth may be deleted ahead"
    assert metric(installation, "fulfillment_deliveries_evicted", "duplicate") == MAX_KEPT + 50 - kept


def test_an_honest_event_is_taken_in_after_all_that(installation):
    response = installation.courier.post(event_document("evt_honest", "shipment.picked_up", 2))
    assert (response.status_code, response.json()["status"]) == (202, "accepted")
