"""Traffic for tests: the events of many orders, shuffled and repeated, sent by several threads at once."""

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.courier import Courier, event_document, hint_document
from tests.support.installation import Installation
from tests.support.integrity import assert_integrity_at

THREADS = 8
EVENT_SEQUENCES = (
    ("shipment.picked_up", "shipment.in_transit", "shipment.delivered"),
    ("shipment.created", "shipment.out_for_delivery", "shipment.delivered"),
    ("shipment.delivered",),
    ("order.accepted", "order.shipped", "order.delivered"),
)
"""The events of one order are one of these."""


@dataclass
class Traffic:
    """Events that bring each of *orders* to `completed`; *repeats* is the share of them that is sent twice.

    *answers* are the receiver's answers, each with the event's id; a hint has none.
    """

    installation: Installation
    orders: Sequence[int]
    seed: int
    repeats: float = 0.25
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._pool = ThreadPoolExecutor(THREADS)
        self._sent: list[Future[None]] = []
        events = [(self.installation.courier, document) for n in self.orders for document in self._events_of(n)]
        hints = [(self.installation.awalchat, hint_document(n, "order.created")) for n in self.orders[::3]]
        self.keys = {document["id"] for _, document in events}
        repeated = self._chance.sample(events, int(self.repeats * len(events)))
        self._deliveries = [*events, *hints, *repeated]
        self._chance.shuffle(self._deliveries)

    def _events_of(self, order_id: int) -> list[dict[str, Any]]:
        names = self._chance.choice(EVENT_SEQUENCES)
        return [event_document(f"{order_id}-{name}", name, order_id) for name in names]

    def begin(self) -> "Traffic":
        """Make the orders at the platform, and begin to send all deliveries."""
        self.make_orders()
        self.send_part()
        return self

    def make_orders(self) -> None:
        """Make the orders at the platform."""
        self.installation.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in self.orders])

    def send_part(self, parts: int = 1, pause_seconds: float = 0.0) -> None:
        """Begin to send the next of *parts* equal parts; every thread pauses after each answer."""
        begin = len(self._sent)
        for sender, document in self._deliveries[begin : begin + -(-len(self._deliveries) // parts)]:
            self._sent.append(self._pool.submit(self._send, sender, document, pause_seconds))

    def _send(self, sender: Courier, document: Mapping[str, Any], pause_seconds: float) -> None:
        self.answers.append((document.get("id", ""), sender.post_until_acknowledged(dict(document))))
        sender.wait(pause_seconds)

    def finish(self, within_seconds: float = 120.0) -> "Traffic":
        """Wait until every delivery is acknowledged."""
        for sent in self._sent:
            sent.result(within_seconds)
        self._pool.shutdown()
        assert len(self.answers) == len(self._deliveries)
        return self

    # ------------------------------------------------------------------------------------------------------ checking

    @property
    def is_complete(self) -> bool:
        """Tell whether the platform shows every order completed, and nothing is left to do in the database."""
        return self.installation.sandbox.statuses() == {"completed"} and self.installation.at_rest()

    def check_database(self) -> None:
        """Every acknowledged event is stored once, every delivery has its outcome, and every event its result."""
        assert_integrity_at(self.installation.database_url)
        assert {answer.status_code for _, answer in self.answers} <= {200, 202}
        outcomes = {row["id"]: row["outcome"] for row in self.installation.rows("SELECT id, outcome FROM deliveries")}
        for _, answer in self.answers:
            assert outcomes[answer.json()["delivery_id"]] == answer.json()["status"]
        keys = [row["key"] for row in self.installation.rows("SELECT key FROM events WHERE source = 'courier'")]
        assert sorted(keys) == sorted(self.keys)
        events = self.installation.rows("SELECT delivery_id, result FROM events")
        assert {row["result"] for row in events} <= {"applied", "superseded", "noted"}
        accepted = [delivery_id for delivery_id, outcome in outcomes.items() if outcome == "accepted"]
        assert sorted(row["delivery_id"] for row in events) == sorted(accepted)
        assert set(outcomes.values()) <= {"accepted", "duplicate"}

    def check_platform(self) -> None:
        """Every order took each step once, every step was legal, and every order stayed paid."""
        report = self.installation.sandbox.report()
        steps: dict[int, list[str]] = {n: [] for n in self.orders}
        for transition in report["transitions"]:
            steps[transition["order_id"]].append(transition["to"])
        assert {tuple(taken) for taken in steps.values()} == {("accepted", "shipped", "delivered", "completed")}
        assert {order["payment_status"] for order in report["orders"]} == {"paid"}
        totals = report["totals"]
        assert (totals["illegal"], totals["unpaid_by_default"], totals["pending_late"]) == (0, 0, 0)
