"""What the doctor says of the parts of an installation, and of its backlogs."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.impostor import Impostor
from worker.domain.events import EventResult
from worker.domain.instants import HOUR
from worker.domain.reasons import HoldReason, RefusalReason, StopReason
from worker.domain.refusals import Refusal, unknown_path
from worker.domain.results import Stopped
from worker.store.database import write_ahead_log
from worker.store.refusals import SqlRefusals


def test_the_doctor_names_the_parts_that_cannot_be_reached(fulfillment: Commands, harness: Harness):
    result = fulfillment("doctor", "--json")
    checks = {check["check"]: check for check in result.document["checks"]}
    unreachable = {name for name, check in checks.items() if check["unreachable"]}
    assert (result.code, result.document["exit_code"], unreachable) == (3, 3, {"broker", "receiver", "account main"})
    assert checks["settings"]["verdict"] == checks["database"]["verdict"] == checks["durability"]["verdict"] == "ok"
    assert all(check["advice"] for check in checks.values() if check["verdict"] != "ok")


def test_the_doctor_says_that_the_certificate_of_the_broker_is_not_trusted(
    fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    with closing(Impostor()) as impostor:
        monkeypatch.setenv("FULFILLMENT_REDIS_URL", f"rediss://:a-password@localhost:{impostor.port}/0")
        checks = {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}
    assert checks["broker"]["sentence"] == "The broker's certificate is not trusted: self-signed certificate."
    assert "ca_file" in checks["broker"]["advice"]
    assert impostor.received == b""


def test_the_doctor_needs_no_database_to_say_that_there_is_none(fulfillment: Commands):
    result = fulfillment("doctor")
    assert result.code == 3
    assert "There is no database yet: run `fulfillment migrate`." in result.out


def test_the_doctor_does_not_call_a_platform_that_asks_for_a_pause(fulfillment: Commands, harness: Harness):
    harness.holds.hold("main", HoldReason.RATE_LIMITED, HOUR)
    checks = {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}
    assert (checks["account main"]["verdict"], checks["account main"]["unreachable"]) == ("warn", False)


def test_the_doctor_fails_when_an_order_has_been_stopped_for_too_long(fulfillment: Commands, harness: Harness):
    harness.clock.advance(minutes=-30)
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, "HTTP 422"), EventResult.STOPPED)

    def verdict(max_age: str):
        checks = fulfillment("doctor", "--max-age", max_age, "--json").document["checks"]
        return next(check["verdict"] for check in checks if check["check"] == "stopped orders")

    assert [verdict("1h"), verdict("29m")] == ["warn", "fail"]


def test_the_doctor_shows_refused_requests_of_the_sources_in_the_settings(fulfillment: Commands, harness: Harness):
    bad, refusals = RefusalReason.BAD_SIGNATURE, SqlRefusals(harness.database)
    refusals.add({Refusal("courier", "", bad): 12, Refusal("gone", "", bad): 3, unknown_path("/webhooks/curier"): 4})
    checks = {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}
    assert {name for name in checks if name.endswith("refused")} == {"source courier, refused"}
    check = checks["source courier, refused"]
    assert (check["verdict"], check["unreachable"]) == ("warn", False)
    assert check["sentence"].startswith("12 requests were refused, the last one ")
    assert "`fulfillment sources show courier`" in check["advice"]
    assert "/webhooks/curier (4, " in checks["paths"]["sentence"]
    assert "perhaps to /webhooks/courier." in checks["paths"]["advice"]
    harness.accept(order=order_key(1))
    checks = {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}
    assert checks["source courier, refused"]["verdict"] == "ok"


def test_the_doctor_says_who_lets_the_write_ahead_log_grow(
    fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(write_ahead_log, "LOG_LIMIT_BYTES", 0)
    harness.accept(order=order_key(1))
    path = make_url(harness.database.url).database or ""

    def check() -> dict[str, str]:
        checks = fulfillment("doctor", "--json").document["checks"]
        return next((check for check in checks if check["check"] == "write-ahead log"), {})

    if not harness.database.is_sqlite:
        assert check() == {}
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("BEGIN")
        shell.execute("SELECT count(*) FROM orders").fetchall()
        harness.accept(order=order_key(2))
        assert check()["verdict"] == "warn"
        assert "a program that reads the database keeps a transaction open" in check()["sentence"]
    assert "nobody reads it any more" in check()["sentence"]
