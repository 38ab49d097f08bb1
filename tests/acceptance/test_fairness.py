"""A platform that hangs occupies only its own account's share of the slots, and does not delay another account."""

from contextlib import closing

from tests.support.busy_account import WithBusyAccount
from tests.support.courier import event_document
from tests.support.programs import until

SHARE = 6
"""Of eight slots."""


def test_an_order_is_completed_within_seconds_while_the_platform_of_a_busy_account_hangs():
    with closing(WithBusyAccount().open()) as installation:
        installation.busy_platform.start()
        installation.busy_sandbox.fault("outage", answer="hang", seconds=30)
        installation.make_due(200, at_the_platform=0)
        until(lambda: installation.leases() == SHARE, what="the busy account has its share")
        installation.sandbox.order(1)
        installation.courier.post(event_document("evt_1", "shipment.delivered", 1))
        until(lambda: installation.sandbox.seen(1)["status"] == "completed", within_seconds=3.0)
