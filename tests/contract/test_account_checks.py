"""What the account check of `doctor` finds out about an account, against its sandbox."""

from contextlib import closing

import pytest

from tests.support.sandbox_account import SandboxAccount, sandbox
from worker.domain.errors import Transient, Unauthorized
from worker.domain.instants import SECOND


def test_a_check_finds_nothing_wrong_with_a_good_account(account):
    account.order()
    result = account.check()
    assert (result.failure, result.advice, result.unknown_statuses) == (None, "", {})
    assert result.clock_ahead is not None
    assert abs(result.clock_ahead) < 2 * SECOND
    assert account.totals()["calls"] == 1


def test_a_check_names_each_unknown_status_once(account):
    for order_id, status in enumerate(["on_hold", "pending", "packed", "on_hold"], 1):
        account.order(id=order_id, status=status)
    result = account.check()
    assert result.failure is None
    of_orders = {status: sorted(order_ids) for status, order_ids in result.unknown_statuses.items()}
    assert of_orders == {"on_hold": ["1", "4"], "packed": ["3"]}


@pytest.mark.parametrize("works", ["full", "after_base_url"])
def test_a_check_names_the_signed_path_that_works(client, works):
    other = "after_base_url" if works == "full" else "full"
    with sandbox("--signed-path", works) as url:
        with closing(SandboxAccount(url, client, signed_path=works)) as good:
            good.api.probe()
        with closing(SandboxAccount(url, client, signed_path=other)) as bad:
            result = bad.check()
    assert isinstance(result.failure, Unauthorized)
    assert result.advice.startswith(f'Set signed_path = "{works}" for this account, and restart the workers: ')


def test_a_check_measures_how_far_apart_the_clocks_are(client):
    with (
        sandbox("--clock-offset", "1000", "--base-path", "") as url,
        closing(SandboxAccount(url, client, base_url=url)) as late,
    ):
        result = late.check()
        assert late.totals()["calls"] == 1  # without a base path there is nothing else to try
    assert isinstance(result.failure, Unauthorized)
    assert result.advice == ""
    assert result.clock_ahead is not None
    assert abs(result.clock_ahead + 1000 * SECOND) < 2 * SECOND


def test_a_check_of_an_unreachable_platform_is_one_call(url, client, account):
    account.fault("outage", answer="reset")
    result = account.check()
    assert type(result.failure) is Transient
    assert (result.advice, result.clock_ahead) == ("", None)
    assert account.totals()["calls"] == 1
