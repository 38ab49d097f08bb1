"""On every platform, a call goes to the right URL, its error names the right cause, and nothing shows the secret."""

import logging
from contextlib import suppress

import pytest

from tests.integration.order_api.accounts import NOW
from tests.support.answers import answer
from tests.support.credentials import SECRET
from worker.domain.errors import ApiError, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reference
from worker.domain.stages import Stage

LAST_CALL_HEADERS = {
    "x_ratelimit_remaining": "0",
    "x_ratelimit_reset": "1795262430",
    "date": "Sat, 21 Nov 2026 12:00:00 GMT",
}


def test_a_reading_has_the_instant_at_which_its_call_began(account):
    reading = account.api.read("7")
    assert (reading.position, reading.read_at) == (Stage.SHIPPED, NOW)
    assert account.api.write("7", {}).read_at == NOW


@pytest.mark.parametrize(
    "order_id", ["", "a/b", "../1", "1?a=b", "a b", "1\n", "x" * 65, "1%2f2", "number:1", "\uff11"]
)
def test_text_that_is_not_an_order_id_is_never_sent(account, order_id):
    for call in (account.api.read, account.orders_client.show, lambda order_id: account.api.write(order_id, {})):
        with pytest.raises(Rejected, match="not an order id"):
            call(order_id)
    assert account.peer.requests == []


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.read("7"),
        lambda api: api.probe(),
        lambda api: api.find(Reference("number", "1")),
    ],
    ids=["read", "probe", "find"],
)
def test_the_rejection_of_a_read_means_that_the_account_is_unauthorized(account, answers, call):
    account.answers_with(answers.refuse(400, "this account is not yours"))
    with pytest.raises(Unauthorized, match="not yours"):
        call(account.api)


def test_the_rejection_of_a_write_concerns_only_its_order(account, answers):
    account.answers_with(answers.refuse(400, "these notes are too long"))
    with pytest.raises(Rejected, match="too long"):
        account.api.write("7", {})


@pytest.mark.parametrize("status", [200, 500])
def test_whatever_the_answer_the_account_observes_what_its_headers_say(account, answers, status):
    account.answers_with(answer(answers.dialect.success(answers.order), status, **LAST_CALL_HEADERS))
    with suppress(Transient):
        account.api.read("7")
    assert [(seen.remaining, seen.closed_for, seen.refused) for seen in account.observed] == [(0, 30_000_000, False)]


def test_a_call_with_others_left_closes_nothing(account, answers):
    account.api.read("7")
    account.answers_with(answer(answers.dialect.success(answers.order), x_ratelimit_remaining="1"))
    account.api.read("7")
    assert [seen.closed_for for seen in account.observed] == [0] * len(account.observed)
    assert account.observed[-1].remaining == 1


@pytest.mark.parametrize("headers", [{}, {"x_ratelimit_remaining": "0"}])
def test_a_throttled_call_has_the_wait_that_the_platform_asks_for(account, answers, headers):
    account.answers_with(answers.refuse(429, retry_after="3600", **headers))
    with pytest.raises(Throttled) as throttled:
        account.api.read("7")
    assert throttled.value.wait == 3600_000_000
    assert all(seen.refused for seen in account.observed)


def test_a_call_has_the_deadline_of_the_client(account):
    overall = account.context.client.timeouts.overall
    assert account.api.deadline == overall.total_seconds() * 1_000_000 == 10_000_000


def test_nothing_that_can_be_printed_shows_the_secret(account, answers, caplog):
    caplog.set_level(logging.DEBUG)
    account.answers_with(answers.refuse(401, "unknown caller", "authentication_failed"))
    with pytest.raises(ApiError) as refused:
        account.api.read("7")
    assert caplog.records
    assert SECRET not in account.printed() + repr(refused.value) + caplog.text
