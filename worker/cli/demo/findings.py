"""Reads everything at the end of the day: the platforms' reports, the database, and the replies to the senders."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.cli.demo.clients import Reply, Report, SandboxClient
from worker.cli.demo.progress import View
from worker.cli.demo.shops import SHOPS
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import Figures, Health
from worker.domain.overview.filters import DeliveryFilter
from worker.store.database.database import Database
from worker.store.queries.counts import CountQueries
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.queries.health import HealthQueries

MAX_DELIVERIES = 10_000
"""More than the day has."""
OK = 200


@dataclass(frozen=True, slots=True)
class Findings:
    """The numbers of the day. *stored_ids* are the ids of the deliveries in the database.

    *events* counts the events in the database by order and name.
    *unused_faults* is the number of faults that no call met.
    """

    view: View
    figures: Figures
    health: Health
    stored_ids: frozenset[int]
    events: Mapping[tuple[OrderKey, str], int]
    replies: Sequence[Reply]
    unused_faults: int

    @property
    def orders(self) -> Counter[str]:
        """The number of orders by their last position or stop, according to the database."""
        orders: Counter[str] = Counter()
        for group, count in self.figures.orders.items():
            stop = f"stopped: {group.stop}" if group.stop else ""
            orders[stop or group.closed or f"open, {group.stage}"] += count
        return orders

    @property
    def deliveries(self) -> Counter[str]:
        """The number of deliveries by outcome, according to the database."""
        deliveries: Counter[str] = Counter()
        for (_, outcome), count in self.figures.deliveries.items():
            deliveries[outcome] += count
        return deliveries

    def total(self, name: str) -> int:
        """Return the sum over all platforms of the count *name*, which every sandbox has."""
        return sum(report.totals[name] for report in self.view.reports.values())

    @property
    def losses(self) -> dict[tuple[str, str], int]:
        """How often our writes destroyed data, by account and by the sandbox's name for the loss."""
        reports = self.view.reports.items()
        return {(name, loss): report.totals[loss] for name, report in reports for loss in SHOPS[name].platform.losses}

    @property
    def answers(self) -> Counter[str]:
        """The number of calls to the order APIs by HTTP status; `none` is for calls without an answer."""
        answers: Counter[str] = Counter()
        for report in self.view.reports.values():
            answers.update(report.totals["answers"])
        return answers

    @property
    def failed_calls(self) -> int:
        """The number of calls to the order APIs without an answer 200."""
        return self.answers.total() - self.answers[str(OK)]

    @property
    def retries(self) -> int:
        """The number of failed calls after which there was another call for the same order."""
        return sum(_retries(report) for report in self.view.reports.values())


def _retries(report: Report) -> int:
    last = {call["order_id"]: call["number"] for call in report.calls}
    return sum(call["code"] != OK and call["number"] < last[call["order_id"]] for call in report.calls)


def read_findings(
    sandboxes: Mapping[str, SandboxClient], database: Database, view: View, replies: Sequence[Reply]
) -> Findings:
    """Return the findings. *view* is the last view of the orders during the day."""
    deliveries = DeliveryQueries(database).page(DeliveryFilter(), MAX_DELIVERIES).rows
    stored_ids = frozenset(delivery.id for delivery in deliveries)
    reports = {account: sandbox.report(with_calls=True) for account, sandbox in sandboxes.items()}
    return Findings(
        view=View(reports, view.rows, view.now),
        figures=CountQueries(database).figures(),
        health=HealthQueries(database).health(never_pruned=DAY),  # no row is older
        stored_ids=stored_ids,
        events=_events(database, stored_ids),
        replies=replies,
        unused_faults=sum(sandbox.unused_faults() for sandbox in sandboxes.values()),
    )


def _events(database: Database, delivery_ids: Iterable[int]) -> Counter[tuple[OrderKey, str]]:
    shown = (DeliveryQueries(database).show(delivery_id)[1] for delivery_id in delivery_ids)
    return Counter((event.order, event.name) for delivery in shown if delivery for event in delivery.events)


def all_deliveries_recorded(database: Database, replies: Collection[Reply]) -> bool:
    """Tell whether the database has all deliveries. Deliveries that are not stored are counted just after the reply."""
    return sum(CountQueries(database).figures().deliveries.values()) >= len(replies)
