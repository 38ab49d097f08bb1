"""Orders are completed without any wake-up, within seconds: before the broker was ever there, and after it is gone."""

from contextlib import closing

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.programs import until

SOON_SECONDS = 60
"""Far sooner than a worker needs that must first find out that no wake-ups come, on a machine ten times as slow."""


def completes(installation: Installation, *order_ids: int) -> None:
    for order_id in order_ids:
        installation.sandbox.order(order_id)
        installation.courier.post(event_document(f"evt_{order_id}", "shipment.delivered", order_id))

    def are_completed() -> bool:
        return all(installation.sandbox.seen(order_id)["status"] == "completed" for order_id in order_ids)

    until(are_completed, SOON_SECONDS, "the orders are completed")


def test_a_worker_reconciles_without_a_broker_which_it_has_never_reached():
    with closing(Installation()) as installation:
        installation.open(installation.platform, installation.receiver, installation.worker)
        completes(installation, 1, 2)
        assert installation.get("/readyz").json()["broker"] == "unavailable"


def test_orders_go_on_while_the_broker_is_away_and_wake_ups_come_again_when_it_is_back(build):
    installation: Installation = build().open()
    completes(installation, 1)
    installation.valkey.kill()
    completes(installation, 2, 3)
    installation.valkey.start()
    until(lambda: installation.get("/readyz").json()["broker"] == "ok", what="the receiver has its broker again")
    completes(installation, 4)
    assert "scheduler_failed" not in installation.worker.output
