"""An order at Cekat."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

from deploy.sandbox.cekat.fields import ID, MANUAL
from deploy.sandbox.cekat.steps import step_between
from deploy.sandbox.instants import UnixMicroseconds, format_instant
from deploy.sandbox.orders import Order, Step
from deploy.sandbox.rules import Rule, Schema

# Source: the fields of the vendor's Create Order and Update Order, and of their responses.
CLIENT_FIELDS = (
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
    """One order; its id is text. A client sees *payment_status* only if it is not None.

    *protected_keys* are the metadata keys that the creation or a manual change wrote.
    An update that changes the value of one is counted as `metadata_lost`.
    An update may change all other keys, because an earlier update wrote them.
    """

    ID: ClassVar[Rule] = ID
    MANUAL_FIELDS: ClassVar[Schema] = MANUAL
    DATA_LOSSES: ClassVar[tuple[str, ...]] = ("notes_lost", "metadata_lost")

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
    protected_keys: frozenset[str]

    @classmethod
    def create(cls, fields: Mapping[str, Any]) -> Self:
        metadata = fields.get("metadata", {})
        first_entry = _history_entry(fields.get("status", "pending"), fields["created_at"])
        values = {"status_history": [first_entry], **fields, "id": str(fields["id"]), "metadata": metadata}
        return cls(**values, protected_keys=frozenset(metadata))

    @property
    def sort_key(self) -> tuple[int, str]:
        return self.created_at, self.id

    def step(self, fields: Mapping[str, Any]) -> Step:
        return step_between(self.status, fields.get("status"))

    def data_losses(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        metadata = fields.get("metadata", {})
        is_lost = {
            "notes_lost": "notes" in fields and (self.notes or "") not in fields["notes"],
            "metadata_lost": any(self.metadata[key] != metadata[key] for key in self.protected_keys & metadata.keys()),
        }
        return tuple(loss for loss in self.DATA_LOSSES if is_lost[loss])

    def updated(self, fields: Mapping[str, Any], now: UnixMicroseconds) -> Self:
        """Return the order after a legal update: *fields* replace its values; metadata is merged by key."""
        return self._with({**fields, "metadata": {**self.metadata, **fields.get("metadata", {})}}, now)

    def changed_manually(self, fields: Mapping[str, Any], now: UnixMicroseconds) -> Self:
        """Return the order after a manual change: *fields* replace its values, metadata included."""
        metadata = fields.get("metadata", self.metadata)
        changed = {key for key, value in metadata.items() if key not in self.metadata or self.metadata[key] != value}
        protected_keys = frozenset((self.protected_keys | changed) & metadata.keys())
        return self._with({**fields, "protected_keys": protected_keys}, now)

    def client_fields(self) -> dict[str, object]:
        fields = {name: getattr(self, name) for name in CLIENT_FIELDS}
        if self.payment_status is not None:
            fields["payment_status"] = self.payment_status
        dates = {"created_at": format_instant(self.created_at), "updated_at": format_instant(self.updated_at)}
        return {**fields, **dates}

    def all_fields(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "protected_keys"}

    def _with(self, fields: Mapping[str, Any], now: UnixMicroseconds) -> Self:
        """Set *fields*, and add a change of status to the history unless *fields* sets the history."""
        status = fields.get("status", self.status)
        new_entries = [] if status == self.status else [_history_entry(status, now)]
        history = [*self.status_history, *new_entries]
        return replace(self, **{"status_history": history, **fields, "updated_at": now})


def _history_entry(status: str, instant: UnixMicroseconds) -> dict[str, str]:
    return {"status": status, "timestamp": format_instant(instant)}
