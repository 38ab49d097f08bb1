"""Everything about the day, read back: from the platform's report, from the journal, and what the senders were told."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from worker.cli.demo.platform import Platform
from worker.cli.demo.senders import Receipt
from worker.cli.demo.watch import View
from worker.domain.figures import Figures, Health
from worker.domain.instants import DAY
from worker.journal.database import Database
from worker.journal.queries.counts import CountQueries
from worker.journal.queries.deliveries import DeliveryQueries
from worker.journal.queries.health import HealthQueries

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
    def ends(self) -> Counter[str]:
        """The orders by where they ended."""
        ends: Counter[str] = Counter()
        for group, count in self.figures.orders.items():
            stop = f"stopped: {group.stop}" if group.stop else ""
            ends[stop or group.closed or f"open, {group.place}"] += count
        return ends

    @property
    def outcomes(self) -> Counter[str]:
        """The deliveries by outcome."""
        outcomes: Counter[str] = Counter()
        for (_, outcome), count in self.figures.deliveries.items():
            outcomes[outcome] += count
        return outcomes

    @property
    def answers(self) -> Counter[str]:
        """The calls to the order API by what was answered; those without an answer are `none`."""
        return Counter(self.view.report.totals["answers"])

    @property
    def failed_calls(self) -> int:
        """How many calls to the order API did not get what they asked for."""
        return self.answers.total() - self.answers[str(OK)]

    @property
    def retries(self) -> int:
        """How many of the calls that failed were followed by another one for the same order."""
        calls = self.view.report.calls
        last = {call["order_id"]: call["number"] for call in calls}
        return sum(call["code"] != OK and call["number"] < last[call["order_id"]] for call in calls)


def read_back(platform: Platform, database: Database, view: View, receipts: Sequence[Receipt]) -> Findings:
    """Read everything once; *view* is the last look at the orders."""
    _, kept = DeliveryQueries(database).latest(MOST_DELIVERIES)
    return Findings(
        view=View(platform.report(with_calls=True), view.rows, view.now),
        figures=CountQueries(database).figures(),
        health=HealthQueries(database).health(never_pruned=DAY),  # nothing in it is older
        kept=frozenset(row.id for row in kept),
        receipts=receipts,
        troubles_left=platform.troubles_left(),
    )


def are_written(database: Database, receipts: Collection[Receipt]) -> bool:
    """Tell whether the database knows of all that was delivered: what is not stored is counted a moment later."""
    return sum(CountQueries(database).figures().deliveries.values()) >= len(receipts)
