"""A database in which every text from outside is HTML that would do harm, or reads from right to left."""

import json
from contextlib import closing

from sqlalchemy import Table, Text, update

from tests.support.clock import Clock
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.store.database.clocks import machine_now
from worker.store.database.database import Database
from worker.store.tables import account_log, audit_log, deliveries, events, holds, orders, scans, workers, writes

MARKUP = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=2><b id=hacked>bold</b>"
    "\"'><svg onload=window.hacked=3></svg>{{7*7}}</textarea></title></pre>&lt;i&gt;"
)
"""It would run a script, or end whatever element it stands in."""
RIGHT_TO_LEFT = "محمد العتيبي \u202etxt.exe\u202c " + "طويل" * 40
"""A name, an override of the direction, and a word that no line is long enough for."""
HOSTILE = f"{MARKUP} {RIGHT_TO_LEFT}"

_FREE: dict[Table, tuple[str, ...]] = {
    orders: ("status", "number", "waiting_detail", "stop_detail", "carrier", "carrier_by", "reported_by"),
    deliveries: ("detail", "peer"),
    events: ("tracking", "tracking_url", "note", "shipment", "reference", "carrier"),
    writes: ("answer", "lease_token"),
    audit_log: ("detail",),
    holds: ("detail",),
    account_log: ("detail",),
    workers: ("host", "version"),
    scans: ("problem",),
}
"""The columns with texts from outside, or that somebody who reaches the database may have written."""


def fill_with_hostile_rows(url: str) -> dict[str, str]:
    """Write orders in every state, deliveries of each outcome, and all that belongs to them, each text `HOSTILE`.

    Returns the addresses of pages that show one of them, by what they show.
    """
    with closing(Database(url)) as database:
        harness = Harness(database, Clock(machine_now()))
        keys = harness.one_in_each_state()
        harness.receive(order=OrderKey("main", "number:1001"), key="reference")
        harness.accept("order.delivered", order=order_key(90), tracking="TRK90", key="written")
        harness.reconcile(order_key(90))
        for outcome in (QuarantineReason.UNKNOWN_EVENT, QuarantineReason.NOT_JSON):
            harness.intake.write(a_delivery(unusable=outcome, detail="x", named=order_key(1), body=_body()))
        harness.intake.write(a_delivery(an_event(key="late"), body=_body()).as_stale())
        _make_hostile(database)
    addresses = {f"order {state}": f"/orders/{key.account}/{key.order_id}" for state, key in keys.items()}
    return addresses | {"reference": "/orders/main/number:1001", "written": "/orders/main/90"}


def _body() -> bytes:
    return f'{{"note": "{MARKUP[:30]}", "name": "{RIGHT_TO_LEFT}"}}'.encode()


def _make_hostile(database: Database) -> None:
    with database.write() as connection:
        for table, names in _FREE.items():
            texts = {name: HOSTILE for name in names if isinstance(table.c[name].type, Text)}
            connection.execute(update(table).values(texts))
        headers = json.dumps({"user-agent": HOSTILE, MARKUP: None})
        connection.execute(update(deliveries).values(headers=headers))
        connection.execute(update(writes).values(fields={"notes": HOSTILE, MARKUP: MARKUP}))
