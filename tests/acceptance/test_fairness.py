"""One account's trouble is not another's: a platform that hangs takes no more than its own account's share of slots."""

from contextlib import closing

from tests.support.courier import event_document
from tests.support.neighbour import SharedHouse
from tests.support.programs import until

ITS_SHARE = 6
"""Of the eight slots."""


def test_an_order_is_home_within_seconds_while_the_platform_of_a_busy_account_hangs():
    with closing(SharedHouse().open()) as installation:
        installation.busy_platform.start()
        installation.busy_sandbox.fault("outage", answer="hang", seconds=30)
        installation.burden(200, at_the_platform=0)
        until(lambda: installation.leases() == ITS_SHARE, what="the busy account has its share")
        installation.sandbox.order(1)
        installation.courier.post(event_document("evt_1", "shipment.delivered", 1))
        until(lambda: installation.sandbox.seen(1)["status"] == "completed", within=3.0)
