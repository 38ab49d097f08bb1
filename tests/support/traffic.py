"""Traffic for tests: a day's news of many orders, shuffled and repeated, sent by several couriers at once."""

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.courier import Courier, event_document, hint_document
from tests.support.installation import Installation

SENDERS = 8
STORIES = (
    ("shipment.picked_up", "shipment.in_transit", "shipment.delivered"),
    ("shipment.created", "shipment.out_for_delivery", "shipment.delivered"),
    ("shipment.delivered",),
    ("order.accepted", "order.shipped", "order.delivered"),
)


@dataclass
class Traffic:
    """News that brings each of *orders* to `completed`; *repeats* is the share of it that is sent again."""

    installation: Installation
    orders: Sequence[int]
    seed: int
    repeats: float = 0.25
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._pool = ThreadPoolExecutor(SENDERS)
        self._sent: list[Future[None]] = []
        told = [(self.installation.courier, said) for n in self.orders for said in self._story(n)]
        hints = [(self.installation.shop, hint_document(n, "order.created")) for n in self.orders[::3]]
        self.keys = {said["id"] for _, said in told}
        again = self._chance.sample(told, int(self.repeats * len(told)))
        self._news = [*told, *hints, *again]
        self._chance.shuffle(self._news)

    def _story(self, order_id: int) -> list[dict[str, Any]]:
        story = self._chance.choice(STORIES)
        return [event_document(f"{order_id}-{event}", event, order_id) for event in story]

    def begin(self) -> "Traffic":
        """Put the orders at the platform, and let the couriers tell all their news at once."""
        self.open()
        self.go_on()
        return self

    def open(self) -> None:
        """Put the orders at the platform."""
        self.installation.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in self.orders])

    def go_on(self, parts: int = 1, pause: float = 0.0) -> None:
        """Let the couriers tell the next of *parts* equal parts; each waits *pause* seconds after an answer."""
        begun = len(self._sent)
        for sender, said in self._news[begun : begun + -(-len(self._news) // parts)]:
            self._sent.append(self._pool.submit(self._tell, sender, said, pause))

    def _tell(self, sender: Courier, said: Mapping[str, Any], pause: float) -> None:
        self.answers.append((said.get("id", ""), sender.post_until_acknowledged(dict(said))))
        sender.wait(pause)

    def finish(self, within: float = 60.0) -> "Traffic":
        """Wait until everything is acknowledged."""
        for sent in self._sent:
            sent.result(within)
        self._pool.shutdown()
        assert len(self.answers) == len(self._news)
        return self

    # ------------------------------------------------------------------------------------------------------ checking

    @property
    def is_home(self) -> bool:
        """Tell whether every order is completed at the platform, and the journal knows it."""
        return self.installation.sandbox.statuses() == {"completed"} and self.installation.at_rest()

    def check_journal(self) -> None:
        """Whatever was acknowledged is in the journal, once; each delivery has its outcome, and each event its end."""
        assert {answer.status_code for _, answer in self.answers} <= {200, 202}
        kept = {row["id"]: row["outcome"] for row in self.installation.rows("SELECT id, outcome FROM deliveries")}
        for _, answer in self.answers:
            assert kept[answer.json()["delivery_id"]] == answer.json()["status"]
        keys = [row["key"] for row in self.installation.rows("SELECT key FROM events WHERE source = 'courier'")]
        assert sorted(keys) == sorted(self.keys)
        events = self.installation.rows('SELECT delivery, "end" FROM events')
        assert {row["result"] for row in events} <= {"applied", "superseded", "noted"}
        accepted = [number for number, outcome in kept.items() if outcome == "accepted"]
        assert sorted(row["delivery"] for row in events) == sorted(accepted)
        assert set(kept.values()) <= {"accepted", "duplicate"}

    def check_platform(self) -> None:
        """Every order took each step once, all of them legal, and stayed paid."""
        report = self.installation.sandbox.report()
        walks: dict[int, list[str]] = {n: [] for n in self.orders}
        for move in report["transitions"]:
            walks[move["order_id"]].append(move["to"])
        assert {tuple(walk) for walk in walks.values()} == {("accepted", "shipped", "delivered", "completed")}
        assert {order["payment_status"] for order in report["orders"]} == {"paid"}
        totals = report["totals"]
        assert (totals["illegal"], totals["unpaid_by_default"], totals["pending_late"]) == (0, 0, 0)
