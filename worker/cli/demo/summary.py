"""The day's summary: numbers that were read back, and what they were checked for."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from worker.cli.demo.checks import Check
from worker.cli.demo.findings import Findings
from worker.cli.printing import Page, plain
from worker.domain.events import EventEnd

WIDTH = 80


def print_summary(page: Page, found: Findings) -> None:
    """Print what became of the day, each number beside what it is made of."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", style="bold")
    grid.add_column(overflow="fold")
    for name, number, made_of in _rows(found):
        grid.add_row(name, plain(number), plain(made_of))
    page.print("\nThe day, read back from the platform and from the database", style="bold")
    page.print(Padding(grid, (0, 0, 0, 2)), width=min(page.width, WIDTH))


def print_checks(page: Page, checks: Iterable[Check]) -> None:
    """Print each check, and below it what differs."""
    page.print()
    for check in checks:
        mark, style = ("✗", "bold red") if check.differs else ("✓", "green")
        page.print(Text.assemble(("  " + mark, style), " ", check.sentence), soft_wrap=True)
        for differs in check.differs:
            page.print(plain(f"      {differs}", "red"), soft_wrap=True)


def _rows(found: Findings) -> Iterable[tuple[str, int, str]]:
    totals, steps = found.view.report.totals, Counter(found.figures.steps)
    events = {end.value: found.figures.events.get(end, 0) for end in EventEnd}
    pending = {"pending": events.pop("pending")}
    return (
        ("orders", found.ends.total(), _parts(found.ends)),
        ("deliveries", found.outcomes.total(), _parts(found.outcomes)),
        ("events", sum(events.values()) + pending["pending"], _parts(events | pending, keep="pending")),
        ("API calls", totals["calls"], f"{totals['reads']} reads, {totals['writes']} writes"),
        ("API answers", found.answers.total(), _parts({_named(code): n for code, n in found.answers.items()})),
        ("writes", steps.total(), _parts(steps)),
        ("steps taken", totals["transitions"], f"at the platform; {totals['hand_moves']} more by hand"),
        ("retries", found.retries, f"after {found.failed_calls} calls that failed, {totals['throttled']} throttled"),
        ("illegal steps", totals["illegal"], ""),
        ("paid orders harmed", totals["unpaid_by_default"], ""),
    )


def _named(code: str) -> str:
    return "no answer" if code == "none" else f"HTTP {code}"


def _parts(counts: Mapping[str, int], keep: str = "") -> str:
    """Write the parts of a sum, the largest first; none that is nothing, unless it is to be kept."""
    ordered = sorted(counts.items(), key=lambda part: (-part[1], part[0]))
    return " · ".join(f"{count} {name}" for name, count in ordered if count or name == keep)
