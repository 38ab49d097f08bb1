"""`fulfillment scan` lists the orders at the platform, and says which it has made due."""

import re
import signal
from collections.abc import Callable
from contextlib import closing
from types import SimpleNamespace

import pytest

from tests.support.commands import Commands
from tests.support.good_settings import MAIN
from tests.support.harness import Harness
from tests.support.programs import until
from tests.support.sandbox_account import TRAITS
from tests.support.sandboxes import PLENTY, Platform
from tests.support.terminal import HIDDEN, SHOWN, terminal
from worker.cli.scan import running
from worker.domain.instants import MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.ports import lock_name
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database


@pytest.fixture
def paid(platform: Platform) -> dict[str, object]:
    """The fields of a pending order that is paid."""
    return {**TRAITS[platform.name].paid}


def add(platform: Platform, *order_ids: int, **fields: object) -> None:
    platform("POST", "/orders", [{"id": number, **fields} for number in order_ids])


def test_it_finds_what_no_webhook_has_told_on_every_platform(
    harness: Harness, fulfillment: Commands, platform: Platform, paid: dict[str, object]
):
    add(platform, *range(1, 151), **paid)
    add(platform, 200, status="delivered")
    add(platform, 201, status="shipped")
    add(platform, 202, status="cancelled")
    code, out, err = fulfillment("scan")
    assert (code, err) == (0, "")
    assert "main  153 orders listed on " in out
    assert "new 151  The database did not have the order" in out
    assert "problem" not in out
    assert len(harness.order_keys()) == 151
    assert platform.totals()["transitions"] == 0


def test_it_prints_one_json_object_for_each_account(
    harness: Harness, fulfillment: Commands, platform: Platform, paid: dict[str, object]
):
    add(platform, 7, **paid)
    result = fulfillment("scan", "--account", "main", "--json")
    (document,) = result.documents
    assert result.code == 0
    assert document["started_at"].endswith("Z")
    del document["started_at"]
    assert document == {
        "account": "main",
        "pages": document["pages"],
        "listed": 1,
        "complete": True,
        "found": {"new": 1},
        "some": {"new": ["7"]},
        "problems": [],
    }
    assert fulfillment("scan", "--json").document["found"] == {}  # it is due by now


def test_orders_in_a_status_of_the_account_that_the_platform_does_not_filter_are_found(
    harness: Harness, fulfillment: Commands, platform: Platform, paid: dict[str, object]
):
    fulfillment.set({"FULFILLMENT_ACCOUNTS__MAIN__STATUSES": '{"weird": "paid"}'})
    add(platform, 7, **(paid | {"status": "weird"}))
    code, out, _ = fulfillment("scan")
    assert (code, "new 1  The database did not have the order" in out) == (0, True)
    assert [key.order_id for key in harness.order_keys()] == ["7"]


def test_it_waits_for_the_scan_of_a_worker(
    harness: Harness,
    fulfillment: Commands,
    account_at: Callable[[str], Platform],
    monkeypatch: pytest.MonkeyPatch,
):
    platform, pauses = account_at("cekat"), list[float]()
    with closing(Database(harness.database.url)) as database:
        locks = SqlLocks(database)
        held_until = locks.keep(lock_name("main"), 10 * MINUTE, None)
        assert held_until is not None

        def pause(seconds: float) -> None:
            assert platform.calls() == 0
            pauses.append(seconds)
            if len(pauses) == 3:
                locks.release(lock_name("main"), held_until)

        monkeypatch.setattr(running, "time", SimpleNamespace(sleep=pause))
        code, _, err = fulfillment("scan")
    assert (code, len(pauses)) == (0, 3)
    assert platform.calls() > 0
    assert err.count("a worker scans main at the moment; waiting for the end of its scan") == 1


def test_an_account_that_nobody_knows_is_refused(fulfillment: Commands):
    code, _, err = fulfillment("scan", "--account", "other")
    assert code == 2
    assert "the settings name no account “other”" in err


def test_a_platform_that_does_not_answer_is_said(harness: Harness, fulfillment: Commands):
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": PLENTY})
    code, out, _ = fulfillment("scan")
    assert code == 3
    assert "Nothing was found so far." in out
    assert "The list of pending was not read to its end" in out


def test_refused_credentials_need_a_person_and_hold_the_account(
    harness: Harness, fulfillment: Commands, account_at: Callable[[str], Platform]
):
    platform = account_at("cekat")
    fulfillment.set({"FULFILLMENT_ACCOUNTS__MAIN__API_KEY": "another-secret"})
    code, out, _ = fulfillment("scan")
    assert code == 1
    assert "The platform refuses to go on: HTTP 401" in out
    assert "credentials" in harness.hold_ends()
    code, out, _ = fulfillment("scan")
    assert code == 1
    assert "The account is held: credentials." in out
    assert platform.calls() == 2  # the list, and the probe


def test_a_held_account_is_not_called(harness: Harness, fulfillment: Commands, platform: Platform):
    harness.holds.hold("main", HoldReason.OPERATOR, None, "stocktaking")
    assert fulfillment("scan").code == 3
    assert platform.calls() == 0


def test_a_terminal_shows_how_far_the_scan_is_and_ctrl_c_frees_it(
    harness: Harness, fulfillment: Commands, account_at: Callable[[str], Platform]
):
    platform = account_at("awalchat")
    with terminal("scan", "--json", piped=True) as shown:
        assert shown.process.wait(60) == 0
        page = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.seen())
    assert "main: refunded, 0 orders" in page
    assert "5/6 lists" in page
    platform.fault("delay", seconds=30)
    with terminal("scan") as shown:
        until(lambda: platform.calls() > 6, what="the call")
        shown.process.send_signal(signal.SIGINT)
        assert shown.process.wait(60) == 130
        page = shown.seen()
    assert page.rfind(SHOWN) >= page.rfind(HIDDEN)
    assert "Traceback" not in page
    assert harness.locks.acquire(lock_name("main"), SECOND)  # the next scan need not wait
