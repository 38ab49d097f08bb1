"""An order at Cekat: what a client sees of it, what a call or a hand makes of it, what an update may destroy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

from deploy.sandbox.cekat.fields import ID, OF_HANDS
from deploy.sandbox.cekat.steps import judge
from deploy.sandbox.instants import shown_instant
from deploy.sandbox.orders import Order, Step
from deploy.sandbox.rules import Rule

# Sources: the fields of the vendor's Create Order and Update Order, and of its answers.
SHOWN = (
    "id",
    "order_number",
    "status",
    "customer_id",
    "items",
    "total",
    "currency",
    "tracking_number",
    "tracking_url",
    "notes",
    "metadata",
    "shipping_address",
    "billing_address",
    "status_history",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CekatOrder(Order):
    """One order, whose id is text; *payment_status* is shown only when it has one.

    *entrusted* are the keys of its metadata that its creation or a hand wrote: a client that changes one does harm. The
    other keys an update wrote first, and they are its client's own.
    """

    ID: ClassVar[Rule] = ID
    BY_HAND: ClassVar[Mapping[str, Rule]] = OF_HANDS
    HARMS: ClassVar[tuple[str, ...]] = ("notes_lost", "metadata_lost")

    id: str
    customer_id: str | None = None
    items: Sequence[Mapping[str, object]] = ()
    total: float = 0
    currency: str = "USD"
    tracking_number: str | None = None
    tracking_url: str | None = None
    notes: str | None = None
    metadata: Mapping[str, object]
    shipping_address: object = None
    billing_address: object = None
    payment_status: str | None = None
    status_history: Sequence[Mapping[str, str]]
    entrusted: frozenset[str]

    @classmethod
    def create(cls, fields: Mapping[str, Any]) -> Self:
        metadata = fields.get("metadata", {})
        begun = _entry(fields.get("status", "pending"), fields["created_at"])
        given = {"status_history": [begun], **fields, "id": str(fields["id"]), "metadata": metadata}
        return cls(**given, entrusted=frozenset(metadata))

    @property
    def rank(self) -> tuple[int, str]:
        return self.created_at, self.id

    def asked(self, sent: Mapping[str, Any]) -> Step:
        return judge(self.status, sent.get("status"))

    def harmed_by(self, sent: Mapping[str, Any]) -> tuple[str, ...]:
        written = sent.get("metadata", {})
        done = {
            "notes_lost": "notes" in sent and (self.notes or "") not in sent["notes"],
            "metadata_lost": any(self.metadata[key] != written[key] for key in self.entrusted & written.keys()),
        }
        return tuple(harm for harm in self.HARMS if done[harm])

    def updated(self, sent: Mapping[str, Any], now: int) -> Self:
        """Apply a PUT. It replaces the notes; of the metadata, only the keys that it sends, each as a whole."""
        return self._with({**sent, "metadata": {**self.metadata, **sent.get("metadata", {})}}, now)

    def changed(self, fields: Mapping[str, Any], now: int) -> Self:
        """Do what a hand does; metadata that it gives replaces all there was."""
        metadata = fields.get("metadata", self.metadata)
        written = {key for key, value in metadata.items() if key not in self.metadata or self.metadata[key] != value}
        entrusted = frozenset((self.entrusted | written) & metadata.keys())
        return self._with({**fields, "entrusted": entrusted}, now)

    def shown(self) -> dict[str, object]:
        paid = {} if self.payment_status is None else {"payment_status": self.payment_status}
        dates = {"created_at": shown_instant(self.created_at), "updated_at": shown_instant(self.updated_at)}
        return {**{name: getattr(self, name) for name in SHOWN}, **paid, **dates}

    def whole(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "entrusted"}

    def _with(self, fields: Mapping[str, Any], now: int) -> Self:
        """Set *fields*; a change of status is history, unless the history itself is given."""
        status = fields.get("status", self.status)
        moved = [] if status == self.status else [_entry(status, now)]
        return replace(self, **{"status_history": [*self.status_history, *moved], **fields, "updated_at": now})


def _entry(status: str, instant: int) -> dict[str, str]:
    return {"status": status, "timestamp": shown_instant(instant)}
