"""Profiles: how each kind of source writes its documents, as data. `engine` reads documents by them.

May import the domain; the engine also knows `sources`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.events import EventName


@dataclass(frozen=True, slots=True)
class Profile:
    """Where a document has its fields (dotted paths), and what its events are called.

    The first of *orders* that can be read counts; *number* and *tracking* name an order that has no id in the document.
    *names* maps the sender's event names to ours. With *hints*, the events of this family are hints, and all others are
    of no interest. *allow* is the default of a source. *challenged*: the sender verifies our URL by a challenge that it
    may not sign.
    """

    allow: frozenset[str]
    orders: tuple[str, ...] = ("data.order_id",)
    names: Mapping[str, EventName] = field(default_factory=dict)
    hints: str = ""
    challenged: bool = False
    id: str = "id"
    event: str = "event"
    timestamp: str = "timestamp"
    number: str = "data.order_number"
    tracking: str = "data.tracking_number"
    tracking_url: str = "data.tracking_url"
    parcels: str = "data.parcels"
    note: str = "data.note"


PROFILES: Mapping[str, Profile] = {
    # The vendor documents the envelope, but neither the names nor the payloads of its order events.
    "awalchat": Profile(
        orders=("data.order_id", "data.id"), allow=frozenset({"order"}), hints="order", challenged=True
    ),
    # Our own open format has our event names.
    "courier": Profile(
        allow=frozenset({"order", "shipment"}),
        names={name.value: name for name in EventName if name is not EventName.HINT},
    ),
}
