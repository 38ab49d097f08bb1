"""Whatever the platform, a call goes where it should, blames whom it should, and tells nobody the secret."""

import logging
from contextlib import suppress

import pytest

from tests.support.answers import answer
from tests.support.credentials import SECRET
from tests.unit.order_api.accounts import NOW
from worker.domain.errors import ApiError, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reference
from worker.domain.stages import Stage

LAST_CALL = {
    "x_ratelimit_remaining": "0",
    "x_ratelimit_reset": "1795262430",
    "date": "Sat, 21 Nov 2026 12:00:00 GMT",
}


def test_a_reading_tells_when_its_call_began(account):
    reading = account.orders.read("7")
    assert (reading.position, reading.read_at) == (Stage.SHIPPED, NOW)
    assert account.orders.write("7", {}).read_at == NOW


@pytest.mark.parametrize(
    "order_id", ["", "a/b", "../1", "1?a=b", "a b", "1\n", "x" * 65, "1%2f2", "number:1", "\uff11"]
)
def test_text_that_is_no_order_id_never_leaves_the_house(account, order_id):
    for call in (account.orders.read, account.book.show, lambda order_id: account.orders.write(order_id, {})):
        with pytest.raises(Rejected, match="not an order id"):
            call(order_id)
    assert account.peer.requests == []


@pytest.mark.parametrize(
    "call",
    [
        lambda orders: orders.read("7"),
        lambda orders: orders.probe(),
        lambda orders: orders.find(Reference("number", "1")),
    ],
    ids=["read", "probe", "find"],
)
def test_a_read_that_is_rejected_is_the_accounts_trouble(account, answers, call):
    account.meets(answers.refuse(400, "this account is not yours"))
    with pytest.raises(Unauthorized, match="not yours"):
        call(account.orders)


def test_a_write_that_is_rejected_is_the_orders_trouble(account, answers):
    account.meets(answers.refuse(400, "these notes are too long"))
    with pytest.raises(Rejected, match="too long"):
        account.orders.write("7", {})


@pytest.mark.parametrize(
    ("headers", "wait"), [(LAST_CALL, 30_000_000), ({"x_ratelimit_remaining": "0", "retry_after": "9"}, 9_000_000)]
)
@pytest.mark.parametrize("status", [200, 500])
def test_the_last_call_of_a_window_is_reported_whatever_was_answered(account, answers, status, headers, wait):
    account.meets(answer(answers.dialect.success(answers.order), status, **headers))
    with suppress(Transient):
        account.orders.read("7")
    assert account.waits == [wait]


def test_other_calls_report_nothing(account, answers):
    account.orders.read("7")
    account.meets(answer(answers.dialect.success(answers.order), x_ratelimit_remaining="1"))
    account.orders.read("7")
    assert account.waits == []


@pytest.mark.parametrize(("headers", "waits"), [({}, []), ({"x_ratelimit_remaining": "0"}, [3600_000_000])])
def test_a_throttled_call_waits_as_long_as_it_is_told(account, answers, headers, waits):
    account.meets(answers.refuse(429, retry_after="3600", **headers))
    with pytest.raises(Throttled) as throttled:
        account.orders.read("7")
    assert throttled.value.wait == 3600_000_000
    assert account.waits == waits


def test_the_deadline_is_that_of_the_client(account):
    overall = account.context.client.timeout.overall
    assert account.orders.deadline == overall.total_seconds() * 1_000_000 == 10_000_000


def test_nothing_that_can_be_printed_shows_the_secret(account, answers, caplog):
    caplog.set_level(logging.DEBUG)
    account.meets(answers.refuse(401, "who are you?", "authentication_failed"))
    with pytest.raises(ApiError) as refused:
        account.orders.read("7")
    assert caplog.records
    assert SECRET not in account.shows() + repr(refused.value) + caplog.text
