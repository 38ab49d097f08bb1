"""Finds the delivery that an operator names, and the instant that an operator means."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant, instant_of, microseconds
from worker.domain.text import clean_text

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.store.database.database import Database
    from worker.store.queries.deliveries import DeliveryDetails


def find_delivery(database: "Database", delivery_id: int) -> "tuple[Instant, DeliveryDetails]":
    """Return the time of the database's clock, and the delivery. Raises `IllegalRequest` when there is none."""
    from worker.store.queries.deliveries import DeliveryQueries

    now, delivery = DeliveryQueries(database).show(delivery_id)
    if delivery is None:
        raise IllegalRequest(f"there is no delivery {delivery_id}, or it is not kept any more")
    return now, delivery


def instant_since(text: str, now: Instant) -> Instant:
    """Return the instant that *text* means: a duration before *now*, or a time in ISO 8601, in UTC without an offset.

    An empty text means the beginning of time. Raises `IllegalRequest` for any other text.
    """
    if not text:
        return 0
    from worker.settings.values import read_duration

    try:
        return now - microseconds(read_duration(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        example = "a duration like 2h nor a time like 2026-11-28T09:00"
        raise IllegalRequest(f"since “{clean_text(text)}” is neither {example}") from error
