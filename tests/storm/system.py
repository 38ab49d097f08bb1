"""The processes of a storm: two platforms, a broker, the receiver, and three workers, on one database."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.storm.journeys import MAIN, SECOND, Fate, PlannedOrder
from tests.storm.speakers import SPEAKERS
from tests.support.couriers.settings import sources_of
from tests.support.installation import FULFILLMENT, Sandbox
from tests.support.programs import Program
from tests.support.two_accounts import TwoAccounts

METRICS_TOKEN = "storm-metrics-token"
CALL_DEADLINE_SECONDS = 2.0
SCAN_EVERY = "10s"
SANDBOX_THREADS = 128
"""Calls that hang must not make others wait: a call would arrive long after its client sent it."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What differs between storms: how far the platforms' clocks are ahead, and each account's calls a minute."""

    clock_ahead_seconds: int
    limits: Mapping[str, int]


class System(TwoAccounts):
    """The installation of a storm. On PostgreSQL, the receiver has two processes."""

    def __init__(self, database_url: str, conditions: Conditions) -> None:
        self.sandbox_environ = {
            "SANDBOX_CLOCK_OFFSET": str(conditions.clock_ahead_seconds),
            "SANDBOX_THREADS": str(SANDBOX_THREADS),
        }
        couriers = [speaker.courier for speaker in SPEAKERS.values()]
        limits = {f"ACCOUNTS__{name.upper()}__CALLS_PER_MINUTE": str(n) for name, n in conditions.limits.items()}
        accounts = {f"SOURCES__{courier.profile.upper()}__ACCOUNT": MAIN for courier in couriers}
        super().__init__(
            database_url,
            METRICS_TOKEN=METRICS_TOKEN,
            LOG_LEVEL="debug",
            SCAN_EVERY=SCAN_EVERY,
            **sources_of(couriers),
            **accounts,
            **limits,
        )
        self._limits = conditions.limits
        if not self.is_sqlite:
            self.receiver = self.add("receiver", [*FULFILLMENT, "receiver", "--processes", "2"], self.answers)
        self.workers = [self.worker, self.add_worker("worker_2"), self.add_worker("worker_3")]

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sandboxes(self) -> dict[str, Sandbox]:
        """The platform of each account."""
        return {MAIN: self.sandbox, SECOND: self.cekat}

    @property
    def own_programs(self) -> list[Program]:
        """The processes of the program under test."""
        return [self.receiver, *self.workers]

    def begin(self, orders: list[PlannedOrder]) -> None:
        """Start every process, and make the orders at their platforms."""
        self.open(self.platform, self.cekat_platform, self.valkey, self.receiver, *self.workers)
        for account, sandbox in self.sandboxes.items():
            sandbox("PUT", "/limit", {"limit": self._limits[account]})
            documents = [_document(order) for order in orders if order.account == account]
            for begin in range(0, len(documents), 1000):
                sandbox("POST", "/orders", documents[begin : begin + 1000])


def _document(order: PlannedOrder) -> dict[str, object]:
    is_paid = order.fate is not Fate.UNPAID
    if order.account == SECOND:
        return {"id": order.order_id, "order_number": order.number, "status": "paid" if is_paid else "pending"}
    payment = "paid" if is_paid else "unpaid"
    return {"id": int(order.order_id), "order_number": order.number, "payment_status": payment}
