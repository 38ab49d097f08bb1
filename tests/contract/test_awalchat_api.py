"""What only awalchat has, against its sandbox."""

from contextlib import closing

import pytest

from tests.support.sandbox_account import SandboxAccount
from worker.domain.errors import Rejected, Throttled, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.orders import Payment
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage

LATE_EVENING = 1_795_294_800 * SECOND  # 2026-11-21 in UTC, 2026-11-22 in Riyadh


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


def take(account, stage):
    reading = account.api.read("1")
    return account.api.write("1", account.api.compose(Step(stage, LATE_EVENING), reading, with_note=True))


def test_dates_are_in_the_accounts_time_zone_and_the_payment_stays(account):
    account.order(payment_status="paid")
    for stage in STAGES[1:]:
        take(account, stage)
    order = account.order_document()
    assert (order["status"], order["payment_status"]) == ("completed", "paid")
    assert order["shipping_date"] == order["delivery_date"] == "2026-11-22"


def test_dates_that_somebody_else_wrote_stay(account):
    account.order(status="accepted", shipping_date="2026-01-01")
    take(account, Stage.SHIPPED)
    assert account.order_document()["shipping_date"] == "2026-01-01"


def test_an_unpaid_order_is_read_as_unpaid(account):
    account.order(payment_status="unpaid")
    assert account.api.read("1").payment is Payment.UNPAID


def test_the_platform_accepts_the_branch(url, client, account):
    with closing(SandboxAccount(url, client, branch_id=7)) as branch:
        account.order()
        take(branch, Stage.ACCEPTED)
        assert account.order_document()["branch_id"] == 7


def test_an_error_has_the_platforms_request_id(account):
    account.order(admin_notes="x" * 2000)
    with pytest.raises(Rejected) as refused:
        account.api.write("1", {"admin_notes": "x" * 2001})
    assert refused.value.request_id.startswith("req-")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"client_id": "another"}, "authentication_failed"),
        ({"domain": "another"}, "authentication_failed"),
        ({"phone_number_id": "7"}, "validation_failed"),
    ],
)
def test_wrong_settings_make_the_account_unauthorized(url, client, account, settings, code):
    account.order()
    with closing(SandboxAccount(url, client, **settings)) as stranger:
        for call in (stranger.api.probe, lambda: stranger.api.read("1")):
            with pytest.raises(Unauthorized) as refused:
                call()
            assert refused.value.code == code


def test_each_answer_says_how_many_calls_remain(account):
    account.order()
    account.control("PUT", "/limit", limit=2, window=30)
    account.api.read("1")
    account.api.read("1")
    with pytest.raises(Throttled):
        account.api.read("1")
    assert [(seen.limit, seen.remaining, seen.refused) for seen in account.observed] == [
        (2, 1, False),
        (2, 0, False),
        (2, 0, True),
    ]
    assert all(28 * SECOND <= seen.resets_in <= 31 * SECOND for seen in account.observed)
