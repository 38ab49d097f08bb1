"""Tells what the worker does as news: each step that the platform has carried out, each stop in our journal."""

from collections.abc import Iterator

from worker.cli.demo.news import Line
from worker.cli.demo.watch import View


class Chronicle:
    """Tells everything once."""

    def __init__(self) -> None:
        self._transitions = 0
        self._stopped: set[int] = set()

    def tell(self, view: View, clock: int) -> Iterator[Line]:
        """Yield what *view* shows for the first time."""
        for step in view.report.transitions[self._transitions :]:
            if step["by"] == "api":
                yield Line(clock, "worker", step["order_id"], f"{step['from']} → {step['to']}", "green")
        self._transitions = len(view.report.transitions)
        for order, row in view.rows.items():
            if row.stop and order not in self._stopped:
                self._stopped.add(order)
                yield Line(clock, "worker", order, f"stopped for a person: {row.stop}", "bold red")
