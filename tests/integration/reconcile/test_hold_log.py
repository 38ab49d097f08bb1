"""The log says once when an account is held and once when it goes on, whoever does it."""

from structlog.testing import capture_logs

from worker.domain.instants import MINUTE, SECOND
from worker.service.hold_log import HoldLog


def lines(log: HoldLog) -> list[tuple[str, str, str]]:
    with capture_logs() as logs:
        log.run()
    return [(line["event"], line["log_level"], line["account"]) for line in logs]


def test_each_hold_is_one_warning_and_the_end_of_the_last_one_line(harness):
    log = HoldLog(harness.holds, ["main"])
    assert lines(log) == []
    harness.holds.hold("main", "outage", None, "timed out", 30 * SECOND)
    assert lines(log) == [("account_held", "warning", "main")]
    harness.holds.hold("main", "operator", None, "audit")
    assert lines(log) == [("account_held", "warning", "main")]
    assert lines(log) == []
    harness.holds.lift("main", "outage")
    assert lines(log) == []
    harness.holds.lift("main", "operator")
    assert lines(log) == [("account_resumed", "info", "main")]
    assert lines(log) == []


def test_the_warning_says_why_until_when_and_when_the_next_probe_comes(harness):
    log = HoldLog(harness.holds, ["main"])
    harness.holds.hold("main", "outage", None, "timed out", 30 * SECOND)
    harness.holds.hold("main", "rate_limited", MINUTE, "HTTP 429")
    with capture_logs() as logs:
        log.run()
    outage, pause = ({**line} for line in logs)
    assert (outage["reason"], outage["detail"], outage["until"]) == ("outage", "timed out", None)
    assert outage["next_probe"] == "2026-01-25T12:00:30+00:00"
    assert (pause["reason"], pause["until"], pause["next_probe"]) == ("rate_limited", "2026-01-25T12:01:00+00:00", None)


def test_a_pause_that_is_over_ends_with_a_line_and_frees_the_account(harness):
    log = HoldLog(harness.holds, ["main"])
    harness.holds.hold("main", "rate_limited", MINUTE)
    lines(log)
    harness.clock.advance(minutes=1)
    assert lines(log) == [("account_resumed", "info", "main")]
    assert harness.hold_ends() == {}


def test_a_hold_that_begins_anew_between_two_looks_is_new(harness):
    log = HoldLog(harness.holds, ["main"])
    harness.holds.hold("main", "outage", None)
    lines(log)
    harness.holds.lift("main", "outage")
    harness.clock.advance(seconds=1)
    harness.holds.hold("main", "outage", None)
    assert lines(log) == [("account_held", "warning", "main")]


def test_accounts_that_the_worker_does_not_serve_are_not_its_business(harness):
    harness.holds.hold("other", "operator", None)
    assert lines(HoldLog(harness.holds, ["main"])) == []
