"""Everything about the day, read back: the platforms' reports, the journal, and what the senders were told."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from worker.cli.demo.platform import Platform, Report
from worker.cli.demo.senders import Receipt
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.watch import View
from worker.domain.figures import Figures, Health
from worker.domain.instants import DAY
from worker.store.database.database import Database
from worker.store.queries.counts import CountQueries
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.queries.health import HealthQueries

MOST_DELIVERIES = 10_000
OK = 200


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found. *kept* holds the ids of the deliveries in the database, *troubles_left* what no call has met."""

    view: View
    figures: Figures
    health: Health
    kept: frozenset[int]
    receipts: Sequence[Receipt]
    troubles_left: int

    @property
    def event_results(self) -> Counter[str]:
        """The orders by where they ended."""
        event_results: Counter[str] = Counter()
        for group, count in self.figures.orders.items():
            stop = f"stopped: {group.stop}" if group.stop else ""
            event_results[stop or group.closed or f"open, {group.stage}"] += count
        return event_results

    @property
    def outcomes(self) -> Counter[str]:
        """The deliveries by outcome."""
        outcomes: Counter[str] = Counter()
        for (_, outcome), count in self.figures.deliveries.items():
            outcomes[outcome] += count
        return outcomes

    def total(self, name: str) -> int:
        """Sum up one of the counts that every platform has."""
        return sum(report.totals[name] for report in self.view.reports.values())

    @property
    def harms(self) -> dict[tuple[str, str], int]:
        """What clients have destroyed, by account and by the word that the shop's sandbox has for it."""
        reports = self.view.reports.items()
        return {(name, harm): report.totals[harm] for name, report in reports for harm in SHOPS[name].idiom.harms}

    @property
    def answers(self) -> Counter[str]:
        """The calls to the order APIs by what was answered; those without an answer are `none`."""
        answers: Counter[str] = Counter()
        for report in self.view.reports.values():
            answers.update(report.totals["answers"])
        return answers

    @property
    def failed_calls(self) -> int:
        """How many calls to the order APIs did not get what they asked for."""
        return self.answers.total() - self.answers[str(OK)]

    @property
    def retries(self) -> int:
        """How many of the calls that failed were followed by another one for the same order."""
        return sum(_retries(report) for report in self.view.reports.values())


def _retries(report: Report) -> int:
    last = {call["order_id"]: call["number"] for call in report.calls}
    return sum(call["code"] != OK and call["number"] < last[call["order_id"]] for call in report.calls)


def read_back(
    platforms: Mapping[str, Platform], database: Database, view: View, receipts: Sequence[Receipt]
) -> Findings:
    """Read everything once; *view* is the last look at the orders."""
    _, kept = DeliveryQueries(database).latest(MOST_DELIVERIES)
    reports = {account: platform.report(with_calls=True) for account, platform in platforms.items()}
    return Findings(
        view=View(reports, view.rows, view.now),
        figures=CountQueries(database).figures(),
        health=HealthQueries(database).health(never_pruned=DAY),  # nothing in it is older
        kept=frozenset(row.id for row in kept),
        receipts=receipts,
        troubles_left=sum(platform.troubles_left() for platform in platforms.values()),
    )


def are_written(database: Database, receipts: Collection[Receipt]) -> bool:
    """Tell whether the database knows of all that was delivered: what is not stored is counted a moment later."""
    return sum(CountQueries(database).figures().deliveries.values()) >= len(receipts)
