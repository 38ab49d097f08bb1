"""How much of a platform's limit is used under a backlog, and how many calls are over it, by 1, 2 and 8 workers."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

from sqlalchemy import text

from deploy.sandbox.limiters import LIMITERS
from tests.benchmarks.figures import Goal
from tests.benchmarks.installations import SLOTS, empty_postgresql
from tests.support.installation import FULFILLMENT, Installation, Sandbox, account_at
from tests.support.programs import free_port
from worker.store.database.database import Database

LIMIT, LATENCY_SECONDS = 300, 0.1
"""Calls a minute, in the settings and at each platform; and how long a platform takes for a call."""
WORKERS = (1, 2, 8)
"""Worker processes with their default number of slots, so that one of them can use up three limits."""
BACKLOG = 2_000
"""Due orders of each account; half of them were read before. Each needs a read and four writes."""
WARM_UP_SECONDS, MEASURED_SECONDS = 75, 61
"""The first minute begins with a full budget, so it is not measured. The budget counts the calls of 61 s."""
USED, REFUSED = Goal("≥", 95, " %"), Goal("<", 0.5, " %")

_ORDERS = """
INSERT INTO orders (account, order_id, revision, first_seen_at, updated_at, due, event_count, lane, stage, read_at)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :orders)
SELECT :account, CAST(n AS text), 1, :now, :now, :now - 3600000000 + n, 1, n % 2,
    CASE WHEN n % 2 = 0 THEN 'pending' END, CASE WHEN n % 2 = 0 THEN :now - 3600000000 END FROM numbers
"""
_EVENTS = """
INSERT INTO events (source, key, order_row, revision, name, occurred_at, received_at, result)
SELECT 'courier', account || '-' || order_id, id, 1, 'order.completed', :now, :now, 'pending' FROM orders
WHERE account = :account
"""


class LimitedAccounts(Installation):
    """An account for each of the sandbox's limiters, named like it. `platforms` has their sandboxes."""

    def __init__(self, database_url: str) -> None:
        ports = {kind: free_port() for kind in LIMITERS}
        accounts: dict[str, str] = {}
        for kind, port in ports.items():
            accounts |= account_at(port, kind.upper()) | {f"ACCOUNTS__{kind.upper()}__CALLS_PER_MINUTE": str(LIMIT)}
        sources = {f"SOURCES__{name}__ACCOUNT": "main" for name in ("COURIER", "AWALCHAT")}
        super().__init__(database_url, **accounts, **sources)
        self.sandboxes = [self.add_platform(port, f"sandbox of {kind}") for kind, port in ports.items()]
        self.platforms = {kind: Sandbox(port) for kind, port in ports.items()}

    def limit(self) -> None:
        """Give each platform its limiter and a backlog of orders."""
        for kind, platform in self.platforms.items():
            platform("POST", "/orders", [{"id": n + 1, "payment_status": "paid"} for n in range(BACKLOG)])
            platform("PUT", "/limit", {"limit": LIMIT, "kind": kind})
            platform.fault("delay", seconds=LATENCY_SECONDS, times=None)
            with closing(Database(self.database_url)) as database, database.write() as connection:
                values = {"account": kind, "orders": BACKLOG, "now": database.now(connection)}
                connection.execute(text(_ORDERS), values)
                connection.execute(text(_EVENTS), values)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many calls each limiter has allowed and refused."""
        limits = {kind: platform.totals()["limits"].get(kind, {}) for kind, platform in self.platforms.items()}
        return {kind: (counts.get("allowed", 0), counts.get("refused", 0)) for kind, counts in limits.items()}

    def close(self) -> None:
        super().close()
        for platform in self.platforms.values():
            platform.close()


def run() -> Iterator[str]:
    """Measure the three limiters side by side, on PostgreSQL: the same workers serve an account at each."""
    with ExitStack() as stack:
        installation = stack.enter_context(closing(LimitedAccounts(stack.enter_context(empty_postgresql()))))
        installation.open(*installation.sandboxes, installation.valkey)
        installation.limit()
        yield (
            f"share of {LIMIT} calls a minute that was used, and of calls that were refused, in {MEASURED_SECONDS} s;"
            f" {LATENCY_SECONDS * 1000:.0f} ms a call"
        )
        started = 0
        for workers in WORKERS:
            for number in range(started, workers):
                installation.add_worker(f"worker {number}", *FULFILLMENT, "worker", "--concurrency", str(SLOTS)).start()
            if not started:
                time.sleep(WARM_UP_SECONDS)
            started = workers
            yield from _measure(installation, workers)


def _measure(installation: LimitedAccounts, workers: int) -> Iterator[str]:
    before, began = installation.counts(), time.monotonic()
    time.sleep(MEASURED_SECONDS)
    after, seconds = installation.counts(), time.monotonic() - began
    for kind in installation.platforms:
        allowed, refused = (now - then for now, then in zip(after[kind], before[kind], strict=True))
        used = 100 * allowed / (LIMIT * seconds / 60)
        share = 100 * refused / max(1, allowed + refused)
        yield (
            f"  {workers} workers, {kind}: used {used:.1f} %{USED.verdict(used)}"
            f"   refused {share:.2f} % ({refused} of {allowed + refused}){REFUSED.verdict(share)}"
        )
