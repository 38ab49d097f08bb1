"""A storm: many orders, shuffled and repeated events, and a platform that fails in every way it can."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.courier import event_document
from tests.support.installation import HMAC_SECRET, SECRETS, Installation
from tests.support.programs import until
from tests.support.traffic import Traffic

ECHO = "5161" * 16
"""A signature in the platform's own error message: some servers show which signature they expected."""
ERROR_WITH_SIGNATURE = {"error": "internal_error", "message": f"expected sha256={ECHO}", "request_id": "req_1"}
STORM = [
    {"rate": 0.05, "kind": "status", "code": 500, "body": ERROR_WITH_SIGNATURE},
    {"rate": 0.02, "kind": "status", "code": 503, "when": "after"},
    {"rate": 0.01, "kind": "status", "code": 429, "retry_after": 1},
    {"rate": 0.03, "kind": "reset"},
    {"rate": 0.03, "kind": "lose_answer"},
    {"rate": 0.10, "kind": "delay", "seconds": 0.1},
]
TOKEN = "acceptance-metrics-token"
PATIENT = {"ACCOUNTS__MAIN__CALL_DEADLINE": "5s", "ACCOUNTS__MAIN__SETTLE": "6s"}
"""Only the storm loses answers, not a busy machine; and not too patient, because many steps are uncertain."""
SIGNATURE = re.compile(rb"sha256=[0-9a-f]{64}")


@pytest.fixture(scope="module")
def storm(build) -> Traffic:
    """60 orders that were completed in a storm."""
    installation: Installation = build(METRICS_TOKEN=TOKEN, LOG_LEVEL="debug", **PATIENT).open()
    installation.sandbox.fault("storm", seed=1, faults=STORM)
    traffic = Traffic(installation, range(1, 61), seed=1).begin().finish()
    until(lambda: traffic.is_complete, within_seconds=200, what="every order is completed")
    return traffic


def test_every_order_is_completed_by_legal_steps_each_taken_once(storm):
    assert storm.installation.sandbox.totals()["faults"] > 20
    storm.check_platform()


def test_every_acknowledged_delivery_is_in_the_database_and_the_sums_agree(storm):
    storm.check_database()
    acknowledged = [answer.json()["status"] for _, answer in storm.answers]
    stored = {row["outcome"]: row["n"] for row in
              storm.installation.rows("SELECT outcome, count(*) AS n FROM deliveries GROUP BY outcome")}  # fmt: skip
    assert stored == {status: acknowledged.count(status) for status in ("accepted", "duplicate")}


def test_a_step_is_repeated_only_after_an_uncertain_one(storm):
    writes = defaultdict(list)
    for call in storm.installation.sandbox.report()["calls"]:
        if call["applied"]:
            writes[call["order_id"], call["status"]].append(call)
    for calls in writes.values():
        answered = [call for call in calls if call["code"] == 200]
        assert len(answered) <= 1
        assert calls[-1:] == answered or calls == calls[:1]


def test_the_database_has_every_write_that_the_platform_has_seen(storm):
    outcomes = {row["outcome"]: row["n"] for row in
                storm.installation.rows("SELECT outcome, count(*) AS n FROM writes GROUP BY outcome")}  # fmt: skip
    assert set(outcomes) <= {"confirmed", "uncertain", "failed", "not_sent"}
    sent = sum(outcomes.values()) - outcomes.get("not_sent", 0)
    assert sent == storm.installation.sandbox.totals()["writes"]


def test_no_secret_and_no_signature_is_in_logs_pages_answers_or_files(storm):
    installation = storm.installation
    unusable = installation.courier.post(b"[1, 2")
    assert unusable.json()["status"] == "quarantined"
    installation.awalchat.path = installation.courier.path
    assert installation.awalchat.post(event_document("forged", "order.completed", 1)).status_code == 401
    pages = [installation.get(path).content for path in ("/metrics", "/readyz", "/healthz", "/webhooks/courier", "/no")]
    answers = [answer.content for _, answer in storm.answers]
    logs = [program.log.encode() for program in installation.programs.values()]
    assert b"fulfillment_writes" in pages[0]
    assert b'"reconciled"' in logs[-1]
    everything = b"\n".join([*logs, *pages, *answers, *map(Path.read_bytes, files_of(installation))])
    signatures = {text.encode() for text in installation.courier.signatures | installation.awalchat.signatures}
    assert signatures
    secrets = {text.encode() for text in (TOKEN, HMAC_SECRET, ECHO, *SECRETS.values())}
    for secret in secrets | signatures:
        assert secret not in everything
    assert SIGNATURE.findall(everything) == []


def files_of(installation: Installation) -> list[Path]:
    """Return all files that the program wrote: the database, its write-ahead log and others."""
    files = [path for path in installation.data_dir.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    return files
