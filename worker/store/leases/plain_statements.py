"""The statements of a plain reconciliation: each of its transactions is one statement on PostgreSQL.

Parameters have the names of columns of an order; all others begin with `its_`, or say what they are. `now` is the
instant of the transaction, and `earliest` the earliest for which the clock was not put back since the lease.
"""

# ruff: noqa: S608 - the texts are made of constants

from worker.store.database.statement import NOW, Statement
from worker.store.rows import EVENT_COLUMNS, ORDER_FIELDS, WRITTEN_FIELDS

_INSTANT = f"instant AS MATERIALIZED (SELECT {NOW} AS now)"
_ORDER = ", ".join(ORDER_FIELDS)
_EVENT = ", ".join(EVENT_COLUMNS)
_ANNOUNCED = {"sending", "sent_at"}
"""The columns of an order that an announcement writes."""


def _set(*names: str) -> str:
    """Return assignments of columns of an order. An empty number is not written: a search may have set the number."""
    values = {name: f":{name}" for name in (*names, "lane")} | {"number": "COALESCE(NULLIF(:number, ''), number)"}
    return ", ".join(f"{name} = {value}" for name, value in values.items())


_SET_ORDER = _set(*WRITTEN_FIELDS)
_SET_OTHERS = _set(*(name for name in WRITTEN_FIELDS if name not in _ANNOUNCED))

# ------------------------------------------------------------------------------------------------------------- a lease

_HAS_KEY = "account = :its_account AND order_id = :its_order_id"
_IS_READY = "due <= {now} AND stop IS NULL AND (lease_until IS NULL OR lease_until <= {now})"

LEASE = Statement(f"""
    WITH {_INSTANT},
    held AS MATERIALIZED (SELECT EXISTS (SELECT 1 FROM holds WHERE account = :its_account) AS is_held),
    its_order AS MATERIALIZED (SELECT orders.*, orders.xmin AS version FROM orders WHERE {_HAS_KEY}),
    seen AS MATERIALIZED (
        SELECT its_order.* FROM its_order, instant, held
        WHERE {_IS_READY.format(now="instant.now")} AND NOT is_held
    ),
    leased AS (
        UPDATE orders SET lease_token = :token, lease_until = instant.now + CAST(:lease_for AS bigint)
        FROM seen, instant WHERE orders.id = seen.id AND orders.xmin = seen.version
        RETURNING orders.id
    )
    SELECT instant.now, held.is_held, leased.id,
        (SELECT json_agg(json_build_array({_EVENT}) ORDER BY revision, id) FROM events WHERE order_row = seen.id),
        (SELECT json_object_agg(stage, revision) FROM (
            SELECT stage, max(revision) AS revision FROM writes
            WHERE order_row = seen.id AND outcome NOT IN ('not_sent', 'failed') GROUP BY stage
        ) AS requested),
        seen.id, {", ".join(f"seen.{name}" for name in ORDER_FIELDS)}
    FROM instant CROSS JOIN held LEFT JOIN seen ON true LEFT JOIN leased ON true
""")
"""Leases a due order of an account without holds; returns it with all that is known of it.

All parts of the statement see the database at one moment. So an order that another transaction changes after it is not
leased: then its events would be older than its row. The order is found by its key alone, because the server would
otherwise search all due orders of the account for it, if it has once seen few of them.
"""

IS_HELD = Statement("SELECT 1 FROM holds WHERE account = :its_account LIMIT 1")
"""Tells whether an account has a hold."""

SQLITE_LEASE = Statement(f"""
    UPDATE orders SET lease_token = :token, lease_until = :now + :lease_for
    WHERE {_HAS_KEY} AND {_IS_READY.format(now=":now")} RETURNING id, {_ORDER}
""")
"""Leases a due order, whose account has no hold, and returns its row."""

SQLITE_EVENTS = Statement(f"SELECT {_EVENT} FROM events WHERE order_row = :its_row ORDER BY revision, id")
"""Selects all events of an order, the earliest written first."""

SQLITE_REQUESTED = Statement("""
    SELECT stage, max(revision) FROM writes
    WHERE order_row = :its_row AND outcome NOT IN ('not_sent', 'failed') GROUP BY stage
""")
"""Selects the stages that we asked the platform for, each with the newest revision at which we did."""

# ----------------------------------------------------------------------------------------------------- an announcement

_IS_OWNED = "orders.id = :its_row AND lease_token = :its_token AND lease_until > {now} AND {now} >= :earliest"
_MAY_SEND = f"""
    {_IS_OWNED} AND revision <= :its_revision
    AND NOT EXISTS (
        SELECT 1 FROM holds WHERE holds.account = orders.account AND (holds.until IS NULL OR holds.until > {{now}})
    )
"""
_WRITE = "order_row, lease_token, revision, stage, inferred, evidence_at, fields, sent_at"
_SENDS = "sending = :its_stage, sent_at = {now}, lease_until = {now} + :lease_for"
_ANSWER = "answered_at = {now}, outcome = :outcome, answer = :answer"


def _announce(others: str, answered: str) -> Statement:
    return Statement(f"""
        WITH {_INSTANT},
        announced AS (
            UPDATE orders SET {others} {_SENDS.format(now="instant.now")} FROM instant
            WHERE {_MAY_SEND.format(now="instant.now")} RETURNING orders.id, instant.now
        )
        {answered}
        INSERT INTO writes ({_WRITE})
        SELECT announced.id, :its_token, :its_revision, :its_stage, CAST(:inferred AS boolean),
            CAST(:evidence_at AS bigint), CAST(:fields AS json), announced.now
        FROM announced RETURNING id, sent_at
    """)


_ANSWERED = f"""
    answered AS (
        UPDATE writes SET {_ANSWER.format(now="{source}.now")} FROM {{source}} WHERE writes.id = :its_write
    )
"""

ANNOUNCE = _announce("", "")
"""Renews the lease for a write, and records it. No row: see `order_store`."""

ANNOUNCE_NEXT = _announce(f"{_SET_OTHERS},", f", {_ANSWERED.format(source='announced')}")
"""The same, after a write whose result it records."""

SQLITE_ANNOUNCE = Statement(f"UPDATE orders SET {_SENDS} WHERE {_MAY_SEND} RETURNING id".format(now=":now"))
SQLITE_ANNOUNCE_NEXT = Statement(
    f"UPDATE orders SET {_SET_OTHERS}, {_SENDS} WHERE {_MAY_SEND} RETURNING id".format(now=":now")
)
"""Renews the lease for a write, without and with the columns of the order."""

SQLITE_INSERT_WRITE = Statement(f"""
    INSERT INTO writes ({_WRITE})
    VALUES (:its_row, :its_token, :its_revision, :its_stage, :inferred, :evidence_at, :fields, :now) RETURNING id
""")
"""Records a write that is about to be sent."""

SQLITE_ANSWER = Statement(f"UPDATE writes SET {_ANSWER.format(now=':now')} WHERE id = :its_write")
"""Records how a write ended."""

# ------------------------------------------------------------------------------------------------------------- the end

_SCHEDULE = """
    lease_token = NULL, lease_until = NULL, enqueued_at = NULL, seen_revision = :its_revision,
    due = CASE WHEN revision > :its_revision THEN {due_at_once} ELSE :due END,
    not_before = :not_before, waiting = :waiting, waiting_detail = :waiting_detail, updated_at = {now}
"""

FINISH = Statement(f"""
    WITH {_INSTANT},
    finished AS (
        UPDATE orders SET {_SET_ORDER}, {_SCHEDULE.format(now="instant.now", due_at_once="GREATEST(now, :not_before)")}
        FROM instant WHERE {_IS_OWNED.format(now="instant.now")} RETURNING orders.id, orders.revision, instant.now
    ),
    {_ANSWERED.format(source="finished")},
    judged AS (
        UPDATE events SET result = its.result, result_at = finished.now
        FROM finished, unnest((SELECT CAST(:event_ids AS bigint[])), (SELECT CAST(:results AS text[])))
            AS its (id, result)
        WHERE events.id = its.id
    ),
    noted AS (
        INSERT INTO audit_log (order_row, at, action, detail)
        SELECT finished.id, finished.now, 'closed', CAST(:closed_as AS text) FROM finished
        WHERE CAST(:closed_as AS text) IS NOT NULL
    )
    SELECT revision FROM finished
""")
"""Ends a reconciliation: its lease, its order with the schedule, the last answer, and the results of its events."""

SQLITE_FINISH = Statement(f"""
    UPDATE orders SET {_SET_ORDER},
        {_SCHEDULE.format(now=":now", due_at_once="MAX(:now, COALESCE(:not_before, 0))")}
    WHERE {_IS_OWNED.format(now=":now")} RETURNING revision
""")
"""Clears the lease, and writes the order and its schedule."""

SQLITE_JUDGE = Statement("UPDATE events SET result = :result, result_at = :now WHERE id = :its_event")
"""Writes the result of an event."""

SQLITE_NOTE_CLOSED = Statement("""
    INSERT INTO audit_log (order_row, at, action, detail) VALUES (:its_row, :now, 'closed', :closed_as)
""")
"""Adds the end of an order to its audit log."""
