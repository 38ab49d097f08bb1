"""Accounts: their holds, budgets and workers, and the acts that the command line has, too."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import select

from tests.support.console_user import ConsoleUser, fields_of, shown
from tests.support.credentials import SECRET
from tests.support.good_settings import MAIN
from tests.support.harness import Harness, order_key
from tests.support.programs import free_port, until
from tests.support.sandbox_account import sandbox
from tests.support.sandboxes import PLENTY
from worker.console.access.users import Role
from worker.domain.accounts.call_requests import Request
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import HOUR, MINUTE
from worker.domain.reasons import HoldReason
from worker.ports import lock_name
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database
from worker.store.tables import account_log
from worker.store.workers import SqlWorkers

REASON = "prices are being changed"
WHY = {"reason": REASON}


def log_of(database: Database) -> list[tuple[str, str, str]]:
    query = select(account_log.c.account, account_log.c.action, account_log.c.detail).order_by(account_log.c.id)
    with database.read() as connection:
        return [(account, action, detail) for account, action, detail in connection.execute(query)]


def reasons(harness: Harness) -> list[str]:
    return [hold.reason for hold in harness.holds.active()]


def test_accounts_show_their_holds_with_reasons_probes_and_advice(harness: Harness, operator: ConsoleUser):
    harness.holds.hold("main", HoldReason.OUTAGE, None, "HTTP 500", probe_in=5 * MINUTE)
    harness.holds.hold("gone", HoldReason.RATE_LIMITED, HOUR, "limit")
    page = shown(operator.get("/accounts"))
    assert "Held for rate_limited since 25 Jan 12:00:00 UTC (just now)" in page
    assert "The next probe comes on 25 Jan 12:05:00 UTC (in 5 min)" in page
    assert "probes lift the hold when it answers again" in page
    assert "The settings do not name this account." in page
    assert "Until 25 Jan 13:00:00 UTC (in 1 h)" in page


def test_an_account_shows_its_call_budget_and_its_workers(harness: Harness, operator: ConsoleUser):
    SqlCallLimits(harness.database).acquire("main", Request(3), 200)
    SqlWorkers(harness.database).beat(WorkerProcess("w", "box", 7, "1", ("main",), harness.clock()), 0)
    page = shown(operator.get("/accounts/main"))
    assert "3 of 200 calls a minute are used." in page
    assert "box:7" in page


def test_an_account_that_nobody_knows_has_no_page(operator: ConsoleUser):
    operator.get("/accounts/nobody", 404)
    operator.get("/accounts/nobody/hold", 404)


def test_a_hold_shows_who_would_wait_and_the_log_says_who_did_it(harness: Harness, operator: ConsoleUser):
    harness.accept(order=order_key(1))
    until(lambda: "1 order waits with it" in shown(operator.get("/accounts/main/hold")), what="the count")
    assert "main is held until" in shown(operator.submit("/accounts/main/hold", reason=REASON))
    assert reasons(harness) == ["operator"]
    assert log_of(harness.database) == [("main", "held", "prices are being changed (olga)")]
    assert "prices are being changed (olga)" in shown(operator.get("/accounts/main"))


def test_a_hold_is_lifted_once_and_only_the_one_that_was_seen(harness: Harness, operator: ConsoleUser):
    harness.holds.hold_for_operator("main", "first")
    form = "/accounts/main/release-account?hold=operator"
    page = operator.get(form)
    assert "main is not held any more" in shown(page)
    fields = {**fields_of(page), **WHY}
    assert "main is not held any more" in shown(operator.post(form, fields))
    assert "main has no hold for operator" in shown(operator.post(form, fields, 409))
    harness.clock.advance(minutes=1)
    harness.holds.hold_for_operator("main", "second")
    assert "is a newer one: nothing was changed" in shown(operator.post(form, fields, 409))
    assert reasons(harness) == ["operator"]


@pytest.mark.parametrize("reason", ["", "   ", "<why>", "x" * 501])
def test_an_act_needs_a_reason(harness: Harness, operator: ConsoleUser, reason: str):
    operator.submit("/accounts/main/hold", 409, reason=reason)
    assert reasons(harness) == []


def test_a_hold_of_an_unknown_kind_cannot_be_lifted(operator: ConsoleUser):
    operator.get("/accounts/main/release-account?hold=nonsense", 409)
    operator.post("/accounts/main/release-account", {"hold": "nonsense", **WHY}, 409)


def test_the_page_offers_what_the_state_of_the_account_allows(harness: Harness, operator: ConsoleUser):
    page = shown(operator.get("/accounts/main"))
    assert "Hold…" in page
    assert "Lift the hold" not in page
    harness.holds.hold_for_operator("main", "first")
    harness.holds.hold("gone", HoldReason.OUTAGE, None)
    page = shown(operator.get("/accounts/main"))
    assert "Hold…" not in page
    assert "Lift the hold for operator…" in page
    assert "Probe…" not in shown(operator.get("/accounts/gone")), "the settings do not name it"


@pytest.mark.parametrize("act", ["hold", "release-account", "probe", "scan"])
def test_a_viewer_cannot_act(harness: Harness, viewer: ConsoleUser, act: str):
    assert "Hold…" not in shown(viewer.get("/accounts/main"))
    viewer.get(f"/accounts/main/{act}", 403)
    viewer.post(f"/accounts/main/{act}", WHY, 403)
    assert reasons(harness) == []


@pytest.fixture(scope="module")
def platform_url() -> Iterator[str]:
    with sandbox("--rate-limit", PLENTY) as url:
        yield url


@pytest.fixture
def at_platform(database_url: str) -> Iterator[Callable[[str], ConsoleUser]]:
    """Opens a console whose account is at a platform. Its clock goes on, and its scans wait for no call budget."""
    with ExitStack() as stack:

        def open_one(url: str) -> ConsoleUser:
            database = stack.enter_context(closing(Database(database_url)))
            credentials = {f"{MAIN}BASE_URL": f"{url}/api/v1", f"{MAIN}HMAC_SECRET": SECRET}
            credentials[f"{MAIN}CALLS_PER_MINUTE"] = PLENTY
            user = ConsoleUser(database, Role.OPERATOR, **credentials)
            stack.enter_context(closing(user.parts))
            return user

        yield open_one


def test_a_probe_asks_the_platform_and_lifts_what_is_over(
    harness: Harness, at_platform: Callable[[str], ConsoleUser], platform_url: str
):
    user = at_platform(platform_url)
    harness.holds.hold("main", HoldReason.OUTAGE, None, "HTTP 500", probe_in=HOUR)
    answer = shown(user.submit("/accounts/main/probe"))
    assert "The platform answers, and the credentials are good. The hold for outage is lifted." in answer
    assert reasons(harness) == []


def test_a_probe_of_a_platform_that_does_not_answer_says_so(
    harness: Harness, at_platform: Callable[[str], ConsoleUser]
):
    user = at_platform(f"http://127.0.0.1:{free_port()}")
    harness.holds.hold("main", HoldReason.OUTAGE, None, "HTTP 500", probe_in=HOUR)
    assert "gives no usable answer" in shown(user.submit("/accounts/main/probe"))
    assert reasons(harness) == ["outage"]


def test_a_scan_runs_and_the_account_shows_what_it_has_found(
    harness: Harness, at_platform: Callable[[str], ConsoleUser], platform_url: str
):
    user = at_platform(platform_url)
    assert "has begun" in shown(user.submit("/accounts/main/scan"))
    until(lambda: "The scan has ended" in shown(user.get("/accounts/main")), what="the end of the scan")


def test_a_worker_that_scans_at_the_moment_is_not_disturbed(
    harness: Harness, at_platform: Callable[[str], ConsoleUser], platform_url: str
):
    user = at_platform(platform_url)
    assert SqlLocks(user.parts.context.database).acquire(lock_name("main"), HOUR)
    user.submit("/accounts/main/scan")
    until(lambda: "A worker scans the account" in shown(user.get("/accounts/main")), what="the end of the scan")
