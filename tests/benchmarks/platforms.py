"""How many calls an order needs at each platform, from pending to completed."""

from collections.abc import Iterator
from contextlib import closing

from tests.benchmarks import installations
from tests.benchmarks.figures import Goal, Rounds, figure
from tests.support.courier import Courier, event_document
from tests.support.installation import Sandbox
from tests.support.programs import until
from tests.support.two_accounts import TwoAccounts

ORDERS = range(1, 41)
SCANS = ("shipment.picked_up", "shipment.out_for_delivery", "shipment.delivered")


def run() -> Iterator[str]:
    """Measure with all events present when the worker starts; completion follows at once, or two seconds later."""
    for later, extra in (("0s", 0), ("2s", 1)):
        settings = {f"ACCOUNTS__{name}__COMPLETE_AFTER": later for name in ("MAIN", "JAKARTA")}
        with closing(TwoAccounts(**settings)) as installation:
            installation.open(
                installation.platform, installation.cekat_platform, installation.valkey, installation.receiver
            )
            _send_events(installation, installation.sandbox, installation.courier, payment_status="paid")
            _send_events(installation, installation.cekat, installation.kurir, status="paid")
            installations.worker(installation).start()
            until(lambda: _are_completed(installation), within_seconds=60, what="every order is completed")
            yield from _counted(f"awalchat, completed after {later}", installation.sandbox, 4)
            yield from _counted(f"Cekat, completed after {later}", installation.cekat, 3 + extra)


def _send_events(installation: TwoAccounts, platform: Sandbox, courier: Courier, **paid: str) -> None:
    platform("POST", "/orders", [{"id": n, **paid} for n in ORDERS])
    for order_id in ORDERS:
        for scan in SCANS:
            courier.post(event_document(f"{order_id}-{scan}", scan, order_id))


def _are_completed(installation: TwoAccounts) -> bool:
    (row,) = installation.rows("SELECT count(*) AS count FROM orders WHERE closed = 'completed'")
    return bool(row["count"] == 2 * len(ORDERS))


def _counted(where: str, platform: Sandbox, writes: int) -> Iterator[str]:
    totals = platform.totals()
    for what, most in (("writes", writes), ("reads", 2)):
        yield figure(f"{what} an order, {where}", Rounds("ours", [totals[what] / len(ORDERS)]), Goal("≤", most))
