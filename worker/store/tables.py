"""Every table and column, in one place. Instants are integers: microseconds since 1970, UTC.

orders      one row for each order or reference: its state, its lease, and when it is due
deliveries  one row for each stored delivery, with its outcome
events      the events of deliveries, unique by (source, key), each with one result
writes      every write to a platform: its fields, its answer, and the lease under which it was sent
audit_log   what else happened to an order: stops, releases, closings
holds       accounts that wait, one row for each account and reason
locks       locks for work that only one worker should do
counters    how many deliveries were counted and not stored
budgets     the call budget of each account: what was used, and what its platform has said
workers     one row for each worker that runs: the accounts that it serves, and when it was seen last
scans       the last scan of each account's orders at its platform
kept        how much is kept of what each source has sent and nobody could use, and what had to be deleted
console_users     the users of the console, with their hashed passwords and roles
console_sessions  who is logged in at the console
console_log       who changed the users of the console
refusals    why requests were refused, with their number and the last time: a bounded number of rows

The partial indexes are in `partial_indexes`. No column has the name of a reserved word. The views `v_orders` and
`v_events` show instants as readable times.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from worker.store.normal_form import NormalForm

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ROW_ID = BigInteger().with_variant(Integer, "sqlite")
"""The type of the ids of rows. SQLite numbers rows only in a column of the type INTEGER, which holds 64 bits there."""


def _instant(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


orders = Table(
    "orders",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("account", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    # The fields of `worker.domain.orders.Order`.
    Column("revision", BigInteger, nullable=False),
    Column("seen_revision", BigInteger, nullable=False, server_default="0"),
    Column("stage", Text),
    Column("status", Text, nullable=False, server_default=""),
    _instant("read_at"),
    _instant("confirmed_at"),
    _instant("delivered_at"),
    Column("closed", Text),
    Column("closed_revision", BigInteger, nullable=False, server_default="0"),
    Column("acknowledged", BigInteger, nullable=False, server_default="0"),
    Column("sending", Text),
    _instant("sent_at"),
    _instant("uncertain_at"),
    _instant("behind_at"),
    _instant("failing_since"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("conflicts", Integer, nullable=False, server_default="0"),
    _instant("missing_since"),
    Column("unread", Boolean, nullable=False, server_default=text("false")),
    _instant("first_seen_at", nullable=False),
    # The lease: which reconciliation has the order, and until when.
    Column("lease_token", Text),
    _instant("lease_until"),
    # The schedule: `due` is NULL while the order waits for events or a person, and never earlier than `not_before`.
    _instant("due"),
    _instant("not_before"),
    _instant("enqueued_at"),
    Column("waiting", Text, nullable=False, server_default=""),
    Column("waiting_detail", Text, nullable=False, server_default=""),
    # The stop: why the order needs a person.
    Column("stop", Text),
    Column("stop_detail", Text, nullable=False, server_default=""),
    _instant("stopped_at"),
    Column("event_count", Integer, nullable=False, server_default="0"),
    _instant("updated_at", nullable=False),
    # The number by which people name the order; empty until a read or a search has shown it.
    Column("number", Text, nullable=False, server_default=""),
    # When the platform first showed the order at its stage; a stage that lasts too long is late.
    _instant("staged_at"),
    # The revision up to which an operator has closed the order; 0 if none has.
    Column("closed_by_operator", BigInteger, nullable=False, server_default="0"),
    # A `Lane`. 0: the platform has shown the order. 1: nobody knows whether it exists. 2: the platform was asked, and
    # does not have it. Known orders come first.
    Column("lane", Integer, nullable=False, server_default="1"),
    # The difference for which a scan last made the order due; empty when the lists agree with us again.
    Column("listed_as", Text, nullable=False, server_default=""),
    # When a list at the platform last showed the order, to half a day.
    _instant("listed_at"),
    # When a read first showed the order closed.
    _instant("closed_at"),
    # When an operator last acknowledged what the order had shown.
    _instant("acknowledged_at"),
    # The source that carries the order: others may not report its parcels. Empty while nobody does.
    Column("carrier", Text, nullable=False, server_default=""),
    # Who has said so: the carrier itself, another source, or `operator`.
    Column("carrier_by", Text, nullable=False, server_default=""),
    # The source that was the first to name the order; empty if a scan or an operator was.
    Column("reported_by", Text, nullable=False, server_default=""),
    # The bytes of the larger bodies that are kept of its deliveries, as they are stored.
    Column("body_bytes", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("account", "order_id"),
    # Lists walk along it. What filters ask most is in the index, so that the walk reads only rows that are wanted.
    Index("ix_orders_updated", "updated_at", "id", "account", "stage", "closed"),
)
UNKNOWN = text("lane > 0")
"""The condition of the index on orders that the platform has never shown."""
NUMBERED = text("number != ''")
"""The condition of the index on numbers."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("source", Text, nullable=False),
    _instant("received_at", nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("keep_once", Text, unique=True),
    Column("body", LargeBinary),
    _instant("replayed_at"),
    # How the body is stored: as it came if it is empty, else `zlib`.
    Column("encoding", Text, nullable=False, server_default=""),
    # The size of the body as it came, in bytes. NULL: `body` has it as it came.
    Column("body_size", BigInteger),
    # The IP address from which the delivery came, as far as trusted proxies tell it.
    Column("peer", Text, nullable=False, server_default=""),
    # The names of its headers, with the values of those that are no secrets, as a JSON object. Empty: not kept.
    Column("headers", Text, nullable=False, server_default=""),
    # The order that a quarantined or stale delivery names, as `OrderKey.comparable`. Empty for others, and if unknown.
    Column("named", Text, nullable=False, server_default=""),
    Index("ix_deliveries_outcome", "outcome", "received_at"),
    Index("ix_deliveries_received_at", "received_at"),
    Index("ix_deliveries_source", "source", "received_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("delivery_id", _ROW_ID, ForeignKey("deliveries.id")),
    Column("order_row", _ROW_ID, ForeignKey("orders.id"), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    _instant("occurred_at", nullable=False),
    _instant("received_at", nullable=False),
    Column("tracking", Text, nullable=False, server_default=""),
    Column("tracking_url", Text, nullable=False, server_default=""),
    Column("parcels", Integer),
    Column("note", Text, nullable=False, server_default=""),
    Column("result", Text, nullable=False),
    _instant("result_at"),
    # The reference that named the order; empty until the order is found, and when the event has the id.
    Column("reference", Text, nullable=False, server_default=""),
    # The courier's own id of the shipment; empty when the event has none.
    Column("shipment", Text, nullable=False, server_default=""),
    # The account in which the order is searched; empty when the order is known.
    Column("searched_in", Text, nullable=False, server_default=""),
    # The tracking number in the form in which numbers compare; the database computes it.
    Column("tracking_form", Text, NormalForm()),
    # Whether its source may report only orders that it carries.
    Column("restricted", Boolean, nullable=False, server_default=text("false")),
    # The source that carries the order by this event; empty if the event says nothing of it.
    Column("carrier", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "key"),
    Index("ix_events_order_row", "order_row", "revision"),
    Index("ix_events_delivery_id", "delivery_id"),
)
NOT_ACCEPTED = text("outcome != 'accepted'")
"""The condition of the index on deliveries whose number is bounded."""
NAMES_ORDER = text("named != ''")
"""The condition of the index on the orders that unusable deliveries name."""
TRACKED = text("tracking != ''")
"""The condition of the index on tracking numbers."""
HAS_SHIPMENT = text("shipment != ''")
"""The condition of the index on shipment ids."""
AWAITS_TRACKING = text("searched_in != '' AND tracking != ''")
"""The condition of the index on tracking numbers for which references wait."""
AWAITS_SHIPMENT = text("searched_in != '' AND shipment != ''")
"""The condition of the index on shipment ids for which references wait."""

writes = Table(
    "writes",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("order_row", _ROW_ID, ForeignKey("orders.id"), nullable=False),
    Column("lease_token", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("inferred", Boolean, nullable=False),
    _instant("evidence_at", nullable=False),
    Column("fields", JSON, nullable=False),
    _instant("sent_at", nullable=False),
    _instant("answered_at"),
    Column("outcome", Text, nullable=False, server_default="sent"),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_writes_order_row", "order_row"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("order_row", _ROW_ID, ForeignKey("orders.id"), nullable=False),
    _instant("at", nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_audit_log_order_row", "order_row"),
)

holds = Table(
    "holds",
    metadata,
    Column("account", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    _instant("since", nullable=False),
    _instant("until"),
    Column("detail", Text, nullable=False, server_default=""),
    # When a probe finds out next whether the hold can be lifted; NULL if no probe can. `probes` were in vain.
    _instant("next_probe"),
    Column("probes", Integer, nullable=False, server_default="0"),
)

account_log = Table(
    "account_log",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("account", Text, nullable=False),
    _instant("at", nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_account_log_at", "at"),
)

locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True),
    _instant("locked_until", nullable=False),
    _instant("locked_at"),
)

counters = Table(
    "counters",
    metadata,
    Column("source", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("account", Text, primary_key=True),
    _instant("refilled_at", nullable=False),
    # The state of `worker.domain.accounts.call_budget`, as JSON; empty until the first call.
    Column("state", Text, nullable=False, server_default=""),
    # When the last hold of the account ended: its orders begin again a few at a time.
    _instant("resumed_at"),
)

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("accounts", JSON, nullable=False),
    _instant("started_at", nullable=False),
    _instant("seen_at", nullable=False),
    _instant("scheduled_at"),
)

scans = Table(
    "scans",
    metadata,
    Column("account", Text, primary_key=True),
    _instant("started_at", nullable=False),
    _instant("finished_at"),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("listed", Integer, nullable=False, server_default="0"),
    # How many orders were made due, by what was found, as JSON.
    Column("found", JSON, nullable=False),
    # Why the scan ended early, or what was odd about it; empty for a good one.
    Column("problem", Text, nullable=False, server_default=""),
    # When the last complete scan began: one that has read every list to its end.
    _instant("complete_at"),
)

kept = Table(
    "kept",
    metadata,
    Column("source", Text, primary_key=True),
    # The outcome of the deliveries.
    Column("outcome", Text, primary_key=True),
    Column("deliveries", BigInteger, nullable=False, server_default="0"),
    # The bytes of their bodies, as stored.
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    # How many were deleted because there were too many, or with too many bytes, and when the last one was.
    Column("evicted", BigInteger, nullable=False, server_default="0"),
    _instant("evicted_at"),
)

refusals = Table(
    "refusals",
    metadata,
    # The source in the URL; empty if there is none of this name.
    Column("source", Text, primary_key=True),
    # The path as it was sent, if it names no source; empty for all paths beyond a bound, and if there is a source.
    Column("path", Text, primary_key=True),
    # A `RefusalReason`.
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    _instant("last_at", nullable=False),
)

console_users = Table(
    "console_users",
    metadata,
    Column("name", Text, primary_key=True),
    # `viewer` or `operator`.
    Column("role", Text, nullable=False),
    # The password's hash, with the method and the salt before it.
    Column("password", Text, nullable=False),
    _instant("created_at", nullable=False),
    _instant("changed_at", nullable=False),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    # The SHA-256 of the secret in the user's cookie.
    Column("token_hash", Text, primary_key=True),
    Column("user_name", Text, ForeignKey("console_users.name"), nullable=False),
    _instant("created_at", nullable=False),
    _instant("seen_at", nullable=False),
    _instant("expires_at", nullable=False),
    Index("ix_console_sessions_user_name", "user_name"),
)

console_log = Table(
    "console_log",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    _instant("at", nullable=False),
    # The user who was changed, and who may be gone: no foreign key.
    Column("user_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    # The new role.
    Column("detail", Text, nullable=False, server_default=""),
    # A user of the console, or of the machine; empty if that one has no name.
    Column("done_by", Text, nullable=False, server_default=""),
)
