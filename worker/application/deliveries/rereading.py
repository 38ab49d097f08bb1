"""Reads a quarantined delivery again, without changing anything, and names the elements that cannot be used."""

from collections.abc import Sequence

from webhook_receiver.profiles.declared import DeclaredFormat
from webhook_receiver.profiles.engine.paths import Position
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.wiring import sources_of
from worker.application.deliveries.problems import Problem
from worker.domain.errors import Unusable
from worker.settings import Settings
from worker.store.queries.deliveries import DeliveryDetails


def problems_of(settings: Settings, delivery: DeliveryDetails) -> Sequence[Problem] | None:
    """Return the elements of *delivery* that cannot be used by the present settings, in the order of the document.

    None when it cannot be read again: its body was not kept, or its source has no profile file that reads it.
    """
    source = sources_of(settings).get(delivery.row.source)
    if delivery.body is None or source is None or not isinstance(source.profile, ProfileFile):
        return None
    reader = DeclaredFormat(source.profile, source)
    if reader.captures:
        return None
    try:
        readings = reader.readings(delivery.body, delivery.row.received_at)
    except Unusable as error:
        return [Problem("", error.reason, error.detail)]
    return [Problem(_name(each.position), each.problem, each.detail) for each in readings if each.problem]


def _name(position: Position) -> str:
    return "".join(f"[{index}]" for index in position)
