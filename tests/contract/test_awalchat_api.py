"""What awalchat alone has, against its sandbox."""

from contextlib import closing

import pytest

from tests.support.merchant import Merchant
from worker.domain.errors import Rejected, Throttled, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage

EVENING = 1_795_294_800 * SECOND  # in Riyadh 2026-11-22


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


def take(merchant, stage):
    reading = merchant.orders.read("1")
    return merchant.orders.write("1", merchant.orders.compose(Step(stage, EVENING), reading, noted=True))


def test_dates_are_those_of_the_account_and_payment_stays(merchant):
    merchant.order(payment_status="paid")
    for stage in STAGES[1:]:
        take(merchant, stage)
    order = merchant.shown()
    assert (order["status"], order["payment_status"]) == ("completed", "paid")
    assert order["shipping_date"] == order["delivery_date"] == "2026-11-22"


def test_dates_of_others_are_left_alone(merchant):
    merchant.order(status="accepted", shipping_date="2026-01-01")
    take(merchant, Stage.SHIPPED)
    assert merchant.shown()["shipping_date"] == "2026-01-01"


def test_an_order_that_is_not_paid_is_read_so(merchant):
    merchant.order(payment_status="unpaid")
    assert merchant.orders.read("1").paid is False


def test_the_branch_is_one_that_the_platform_takes(url, client, merchant):
    with closing(Merchant(url, client, branch_id=7)) as branch:
        merchant.order()
        take(branch, Stage.ACCEPTED)
        assert merchant.shown()["branch_id"] == 7


def test_an_error_brings_the_platforms_request_id(merchant):
    merchant.order(admin_notes="x" * 2000)
    with pytest.raises(Rejected) as refused:
        merchant.orders.write("1", {"admin_notes": "x" * 2001})
    assert refused.value.request_id.startswith("req-")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"client_id": "another"}, "authentication_failed"),
        ({"domain": "another"}, "authentication_failed"),
        ({"phone_number_id": "7"}, "validation_failed"),
    ],
)
def test_wrong_settings_are_the_accounts_trouble(url, client, merchant, settings, code):
    merchant.order()
    with closing(Merchant(url, client, **settings)) as stranger:
        for call in (stranger.orders.probe, lambda: stranger.orders.read("1")):
            with pytest.raises(Unauthorized) as refused:
                call()
            assert refused.value.code == code


def test_the_rate_limit_is_heard_before_it_is_reached(merchant):
    merchant.order()
    merchant.do("PUT", "/limit", limit=2, window=30)
    merchant.orders.read("1")
    assert merchant.waits == []
    merchant.orders.read("1")
    with pytest.raises(Throttled):
        merchant.orders.read("1")
    assert len(merchant.waits) == 2
