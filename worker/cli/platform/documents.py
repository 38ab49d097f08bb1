"""Orders at a platform as JSON objects."""

from worker.cli.json_lines import Document, order_names
from worker.domain.orders import OrderKey, Payment
from worker.domain.stages import Stage, TerminalStatus
from worker.order_api.clients import PlatformOrder


def platform_document(account: str, order: PlatformOrder) -> Document:
    """Return one order: our reading of it, and the document that the platform sent.

    *stage* is null for an order that is cancelled or refunded, or whose status we do not know.
    """
    reading = order.reading
    return {
        **order_names(OrderKey(account, order.order_id)),
        "number": reading.number or None,
        "status": reading.status,
        "stage": reading.position if isinstance(reading.position, Stage) else None,
        "closed": reading.position if reading.position in {*TerminalStatus, Stage.COMPLETED} else None,
        "payment": None if reading.payment is Payment.UNKNOWN else reading.payment,
        "tracking": reading.tracking or None,
        "document": order.document,
    }
