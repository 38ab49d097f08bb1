"""Replays a stored delivery: reads it again with the receiver's own code and the present settings."""

from webhook_receiver.formats import format_of
from webhook_receiver.sources import Source
from webhook_receiver.wiring import sources_of
from worker.cli.context import Context
from worker.domain.errors import IllegalRequest
from worker.ports import Delivery, Receipt
from worker.store.intake.intake import SqlIntake
from worker.store.queries.deliveries import DeliveryDetails


def replay(context: Context, delivery: DeliveryDetails) -> Receipt:
    """Read *delivery* again, record the result, and enqueue wake-ups for its orders.

    Raises `IllegalRequest` when it cannot be read again.
    """
    name = delivery.row.source
    source = sources_of(context.settings).get(name)
    if source is None:
        raise IllegalRequest(f"the settings name no source {name}: its rules are needed to read the delivery")
    # Before the replay is recorded, because `queue_url` may be wrong.
    wake_ups = context.operations.wake_ups
    receipt = SqlIntake(context.database).replay(delivery.row.id, _read(source, delivery))
    wake_ups.enqueue(receipt.wake_ups)
    return receipt


def _read(source: Source, stored: DeliveryDetails) -> Delivery:
    row, body = stored.row, stored.body
    if body is None:
        raise IllegalRequest(f"the body of delivery {row.id} was not kept: its outcome is {row.outcome}")
    return format_of(source).read(body, row.received_at)
