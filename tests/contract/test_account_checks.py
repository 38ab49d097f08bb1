"""An account's settings, tried out on the sandbox: what `doctor` says of them."""

from contextlib import closing

import pytest

from tests.support.merchant import Merchant, sandbox
from worker.domain.errors import Transient, Unauthorized
from worker.domain.instants import SECOND


def test_an_examination_finds_nothing_wrong_with_a_good_account(merchant):
    merchant.order()
    examination = merchant.credentials.examine(merchant.context)
    assert (examination.failure, examination.advice, examination.unknown) == (None, "", ())
    assert examination.clock_ahead is not None
    assert abs(examination.clock_ahead) < 2 * SECOND
    assert merchant.totals()["calls"] == 1


def test_an_examination_names_each_status_that_nobody_knows_once(merchant):
    for order_id, status in enumerate(["on_hold", "pending", "packed", "on_hold"], 1):
        merchant.order(id=order_id, status=status)
    examination = merchant.credentials.examine(merchant.context)
    assert (examination.failure, set(examination.unknown)) == (None, {"on_hold", "packed"})
    assert len(examination.unknown) == 2


@pytest.mark.parametrize("works", ["full", "after_base_url"])
def test_an_examination_names_the_signed_path_that_works(client, works):
    other = "after_base_url" if works == "full" else "full"
    with sandbox("--signed-path", works) as url:
        with closing(Merchant(url, client, signed_path=works)) as good:
            good.orders.probe()
        with closing(Merchant(url, client, signed_path=other)) as bad:
            examination = bad.credentials.examine(bad.context)
    assert isinstance(examination.failure, Unauthorized)
    assert examination.advice == f'signed_path = "{works}" works, "{other}" does not'


def test_an_examination_tells_how_far_the_clocks_are_apart(client):
    with (
        sandbox("--clock-offset", "1000", "--base-path", "") as url,
        closing(Merchant(url, client, base_url=url)) as late,
    ):
        examination = late.credentials.examine(late.context)
        assert late.totals()["calls"] == 1  # without a base path there is nothing else to try
    assert isinstance(examination.failure, Unauthorized)
    assert examination.advice == ""
    assert examination.clock_ahead is not None
    assert abs(examination.clock_ahead + 1000 * SECOND) < 2 * SECOND


def test_an_examination_of_an_unreachable_platform_is_one_call(url, client, merchant):
    merchant.fault("outage", answer="reset")
    examination = merchant.credentials.examine(merchant.context)
    assert type(examination.failure) is Transient
    assert (examination.advice, examination.clock_ahead) == ("", None)
    assert merchant.totals()["calls"] == 1
