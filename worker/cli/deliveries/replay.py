"""Replays a stored delivery: reads it again with the receiver's own code and today's settings."""

from webhook_receiver.profiles.engine import read_events
from webhook_receiver.sources import Source
from webhook_receiver.wiring import sources_of
from worker.cli.context import Context
from worker.cli.deliveries.lookup import find_delivery
from worker.domain.errors import IllegalRequest, Unusable
from worker.ports import Delivery, Receipt
from worker.store.intake.intake import SqlIntake
from worker.store.queries.deliveries import DeliveryDetails


def replay(context: Context, delivery_id: int) -> Receipt:
    """Read the delivery again, record the result, and wake its orders up.

    Raises `IllegalRequest` when it cannot be read again.
    """
    _, details = find_delivery(context, delivery_id)
    source = sources_of(context.settings).get(details.row.source)
    if source is None:
        raise IllegalRequest(f"the settings name no source {details.row.source}, by whose rules it could be read")
    # Before the replay is recorded, because `queue_url` may be wrong.
    wake_ups = context.operations.wake_ups
    receipt = SqlIntake(context.database).replay(delivery_id, _read(source, details))
    wake_ups.enqueue(receipt.wake_ups)
    return receipt


def _read(source: Source, details: DeliveryDetails) -> Delivery:
    row, body = details.row, details.body
    if body is None:
        raise IllegalRequest(f"the body of delivery {row.id} was not kept: its outcome is {row.outcome}")
    try:
        return Delivery(source.name, row.received_at, body, read_events(source, body, row.received_at))
    except Unusable as error:
        return Delivery(source.name, row.received_at, body, unusable=error.reason, detail=error.detail)
