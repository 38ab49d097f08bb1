"""A platform that hangs occupies only its own account's share of the slots, and does not delay another account."""

from contextlib import closing

from tests.support.busy_account import WithBusyAccount
from tests.support.courier import event_document
from tests.support.installation import patient
from tests.support.programs import until

SHARE = 6
"""Of eight slots."""
PATIENT = patient("MAIN", "BUSY")
BUSY_LEASES = "SELECT 1 FROM orders WHERE account = 'busy' AND lease_until IS NOT NULL"


def test_an_order_is_completed_soon_while_the_platform_of_a_busy_account_hangs():
    with closing(WithBusyAccount(**PATIENT).open()) as installation:
        installation.busy_platform.start()
        installation.busy_sandbox.fault("outage", answer="hang", seconds=30)
        installation.make_due(200, at_the_platform=0)
        until(lambda: installation.leases() == SHARE, what="the busy account has its share")
        installation.sandbox.order(1)
        installation.courier.post(event_document("evt_1", "shipment.delivered", 1))
        shares = []

        def is_completed() -> bool:
            shares.append(len(installation.rows(BUSY_LEASES)))
            return bool(installation.sandbox.seen(1)["status"] == "completed")

        # An order that had to wait for slots of the other account would wait for several calls of eight seconds each.
        until(is_completed, within_seconds=15)
        assert max(shares) <= SHARE
