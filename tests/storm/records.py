"""What the database has recorded, for the checker: read once, after the storm."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.storm.system import System


@dataclass(frozen=True, slots=True)
class Records:
    """The database's side of a storm.

    *outcomes* and *results* are by delivery, *tokens* the leases of the writes of each order, in their sequence.
    """

    outcomes: Mapping[int, str]
    results: Mapping[int, Sequence[str]]
    tokens: Mapping[str, Sequence[str]]
    stopped: int


def read_records(system: System) -> Records:
    """Read everything that the checker compares."""
    results, tokens = defaultdict(list), defaultdict(list)
    for row in system.rows("SELECT delivery_id, result FROM events WHERE delivery_id IS NOT NULL"):
        results[row["delivery_id"]].append(row["result"])
    writes = """
        SELECT o.account, o.order_id, w.lease_token FROM writes w JOIN orders o ON o.id = w.order_row
        WHERE w.outcome <> 'not_sent' ORDER BY w.sent_at, w.id"""
    for row in system.rows(writes):
        tokens[f"{row['account']}/{row['order_id']}"].append(row["lease_token"])
    outcomes = {row["id"]: row["outcome"] for row in system.rows("SELECT id, outcome FROM deliveries")}
    (stopped,) = system.rows("SELECT count(*) AS n FROM orders WHERE stop IS NOT NULL")
    return Records(outcomes, results, tokens, stopped["n"])


def open_orders(system: System) -> list[str]:
    """Describe the accounts that are held, and the orders that are due, leased or stopped."""
    orders = system.rows("""
        SELECT account, order_id, stage, waiting, waiting_detail, stop, failures, due, lease_until, revision,
            seen_revision FROM orders WHERE due IS NOT NULL OR lease_until IS NOT NULL OR stop IS NOT NULL""")
    holds = system.rows("SELECT * FROM holds")
    return [str({name: value for name, value in row.items() if value not in {None, ""}}) for row in (*holds, *orders)]
