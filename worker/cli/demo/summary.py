"""The day's summary: numbers that were read back, and what they were checked for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from worker.cli.demo.checks import Check
from worker.cli.demo.findings import Findings
from worker.cli.printing import Page, plain
from worker.domain.events import EventResult

WIDTH = 80
NAME, NUMBER = 18, 4
"""Columns for the names and the numbers; what a number is made of takes the rest."""


def print_summary(page: Page, found: Findings) -> None:
    """Print what became of the day, each number beside what it is made of."""
    page.print("\nThe day, read back from both platforms and from the database", style="bold")
    for name, number, made_of in _rows(found):
        first, *more = _wrapped(made_of)
        page.print(f"  {name:<{NAME}} {number:>{NUMBER}}  {first}".rstrip(), soft_wrap=True)
        for line in more:
            page.print(" " * (NAME + NUMBER + 5) + line, soft_wrap=True)


def print_checks(page: Page, checks: Iterable[Check]) -> None:
    """Print each check, and below it what differs."""
    page.print()
    for check in checks:
        mark, style = ("✗", "bold red") if check.differs else ("✓", "green")
        page.print(Text.assemble(("  " + mark, style), " ", check.sentence), soft_wrap=True)
        for differs in check.differs:
            page.print(Text.assemble("      ", plain(differs, "red")), soft_wrap=True)


def _rows(found: Findings) -> Iterable[tuple[str, int, Sequence[str]]]:
    total, steps = found.total, Counter(found.figures.steps)
    events = {result.value: found.figures.events.get(result, 0) for result in EventResult}
    return (
        ("orders", found.event_results.total(), _parts(found.event_results)),
        ("deliveries", found.outcomes.total(), _parts(found.outcomes)),
        ("events", sum(events.values()), _parts(events, keep="pending")),
        ("API calls", total("calls"), [f"{total('reads')} reads", f"{total('writes')} writes"]),
        ("API answers", found.answers.total(), _parts({_named(code): n for code, n in found.answers.items()})),
        ("writes", steps.total(), _parts(steps)),
        ("writes", total("transitions"), [f"and {total('hand_moves')} by hand"]),
        ("retries", found.retries, [f"of {found.failed_calls} calls that failed", f"{total('throttled')} throttled"]),
        ("illegal steps", total("illegal"), []),
        (
            "harm done",
            sum(found.harms.values()),
            [f"{n} {harm.replace('_', ' ')}" for (_, harm), n in found.harms.items()],
        ),
    )


def _named(code: str) -> str:
    return "without answer" if code == "none" else f"× HTTP {code}"


def _parts(counts: Mapping[str, int], keep: str = "") -> list[str]:
    """Write the parts of a sum, the largest first; none that is nothing, unless it is to be kept."""
    ordered = sorted(counts.items(), key=lambda part: (-part[1], part[0]))
    return [f"{count} {name}" for name, count in ordered if count or name == keep]


def _wrapped(parts: Sequence[str]) -> list[str]:
    """Put the parts into lines that leave none of them broken."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if len(longer) <= WIDTH - NAME - NUMBER - 5:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
