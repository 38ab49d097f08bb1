"""Profiles: how each kind of source signs and speaks, as data.

Here are the native profiles: those of the platform's own webhooks and of our open format, which `native` reads. All
others are files, in `builtin` or beside a merchant's settings. `schema` says what may stand in them, `engine` has the
functions that they use, and `declared` and `reading` read a delivery by them. `composition` makes deliveries for tests
of an installation, and `trial` explains what the engine does with one.

It imports `worker.domain`, `worker.ports`, the readers of files, and `requests`, `signatures` and `sources` beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.events import EventName


@dataclass(frozen=True, slots=True)
class Profile:
    """The dotted paths of a document's fields, and the names of its events. *title* is for people.

    *orders* are the paths of the order's id; the first id that can be read counts. *number* and *tracking* name an
    order whose id the document does not have. *carrier* names the source that carries the order. *names* maps the
    sender's event names to ours. With *hints*, the events of this family are hints, and all others are of no interest.
    *allow* is the default of a source's setting.
    *challenged* means that the sender verifies our URL by a challenge, which may be unsigned.
    """

    title: str
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
    carrier: str = "data.carrier"


NATIVE_PROFILES: Mapping[str, Profile] = {
    # The vendor documents the envelope, but neither the names nor the payloads of its order events.
    "awalchat": Profile(
        title="Awalchat, the platform's own webhooks",
        allow=frozenset({"order"}),
        orders=("data.order_id", "data.id"),
        hints="order",
        challenged=True,
    ),
    # Our own open format has our event names.
    "courier": Profile(
        title="Our open format, for couriers that can follow it: deploy/COURIERS.md",
        allow=frozenset({"order", "shipment"}),
        names={name.value: name for name in EventName if name is not EventName.HINT},
    ),
}
