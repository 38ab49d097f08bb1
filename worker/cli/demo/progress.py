"""Tells what the worker does as news: each step that a platform has carried out, each stop in our journal."""

from collections import Counter
from collections.abc import Iterator

from worker.cli.demo.platform import Report
from worker.cli.demo.screen import Line
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.watch import View
from worker.domain.orders import OrderKey
from worker.domain.stages import Stage


class Progress:
    """Tells everything once."""

    def __init__(self) -> None:
        self._transitions: Counter[str] = Counter()
        self._stopped: set[OrderKey] = set()

    def tell(self, view: View, clock: int) -> Iterator[Line]:
        """Yield what *view* shows for the first time."""
        for account, report in view.reports.items():
            yield from self._steps(account, report, clock)
        for order, row in view.rows.items():
            if row.stop and order not in self._stopped:
                self._stopped.add(order)
                yield Line(clock, "worker", order, f"stopped for a person: {row.stop}", "bold red")

    def _steps(self, account: str, report: Report, clock: int) -> Iterator[Line]:
        for step in report.transitions[self._transitions[account] :]:
            if step["by"] == "api":
                order = OrderKey(account, str(step["order_id"]))
                position = SHOPS[account].idiom.position({**report.orders[order], "status": step["to"]})
                also = f", {position}" if position == Stage.COMPLETED != step["to"] else ""
                yield Line(clock, "worker", order, f"{step['from']} → {step['to']}{also}", "green")
        self._transitions[account] = len(report.transitions)
