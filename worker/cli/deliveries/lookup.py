"""Finds a delivery by its id."""

from worker.cli.context import Context
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.store.queries.deliveries import DeliveryDetails, DeliveryQueries


def find_delivery(context: Context, delivery_id: int) -> tuple[Instant, DeliveryDetails]:
    """Return the time of the database's clock, and one delivery. Raises `IllegalRequest` when there is none."""
    now, delivery = DeliveryQueries(context.database).show(delivery_id)
    if delivery is None:
        raise IllegalRequest(f"there is no delivery {delivery_id}, or it is not kept any more")
    return now, delivery
