"""The lists of orders, as a scan reads them, on every platform."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.support.sandbox_account import SandboxAccount
from worker.domain.errors import Rejected, Transient
from worker.domain.instants import DAY, Instant
from worker.domain.orders import Payment
from worker.domain.stages import STAGES, Stage, TerminalStatus
from worker.order_api.accounts import open_account


def now() -> Instant:
    return time.time_ns() // 1000


def listed(account: SandboxAccount, status: str | None, since: Instant) -> list[str]:
    return [order_id for page in account.api.list_orders(status, since) for order_id, _ in page.orders]


def test_every_position_but_completed_is_scanned(account: SandboxAccount):
    positions = {status.position for status in account.api.scanned_statuses}
    assert positions == {*STAGES, *TerminalStatus} - {Stage.COMPLETED}


def test_the_accounts_own_statuses_are_scanned(account: SandboxAccount):
    own = {"packed": "accepted", "archived": "completed"}
    api = open_account(account.credentials, replace(account.context, statuses=own)).order_api()
    assert {status.word for status in api.scanned_statuses} - {s.word for s in account.api.scanned_statuses} == {
        "packed"
    }


def test_a_list_has_the_orders_with_its_status_paged_to_the_end(account: SandboxAccount):
    account.control("POST", "/orders", id=999, status="shipped")
    account.orders(*range(1, 251), **account.traits.paid)
    status = str(account.traits.paid.get("status", "pending"))
    pages = list(account.api.list_orders(status, now() - DAY))
    ids = [order_id for page in pages for order_id, _ in page.orders]
    assert sorted(map(int, ids)) == [*range(1, 251)]
    assert [page.last for page in pages] == [False, False, True]
    assert {(reading.status, reading.position) for page in pages for _, reading in page.orders} == {
        (status, Stage.PENDING)
    }
    assert {reading.payment for page in pages for _, reading in page.orders} == {Payment.PAID}
    assert listed(account, "shipped", now() - DAY) == ["999"]


def test_a_list_of_all_statuses_begins_at_a_day_too(account: SandboxAccount):
    first = int(datetime(2026, 1, 10, 12, tzinfo=UTC).timestamp()) * 1_000_000
    for number, status in enumerate(("shipped", "delivered", "cancelled"), 1):
        account.order(id=number, status=status, created_at=first)
    account.order(id=4, status="shipped", created_at=first - 5 * DAY)
    assert sorted(listed(account, None, first)) == ["1", "2", "3"]


def test_a_list_begins_at_a_day(account: SandboxAccount):
    first = int(datetime(2026, 1, 10, 12, tzinfo=UTC).timestamp()) * 1_000_000
    for number, days in enumerate((-5, 0, 5), 1):
        account.order(id=number, status="shipped", created_at=first + days * DAY)
    assert sorted(listed(account, "shipped", first)) == ["2", "3"]


def test_a_status_that_the_platform_does_not_have_is_refused_and_does_not_accuse_the_credentials(
    account: SandboxAccount,
):
    with pytest.raises(Rejected):
        listed(account, "packed", now())


def test_a_page_that_fails_is_asked_for_again(account: SandboxAccount):
    account.orders(*range(1, 151), status="shipped")
    pages = account.api.list_orders("shipped", now() - DAY)
    first = next(pages)
    account.fault("reset")
    with pytest.raises(Transient):
        next(pages)
    rest = list(pages)
    assert len({order_id for page in (first, *rest) for order_id, _ in page.orders}) == 150
