"""Prints the numbers of the day and the results of the checks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from worker.cli.demo.checks import Check
from worker.cli.demo.findings import Findings
from worker.cli.printing import Output, plain
from worker.domain.events import EventResult

WIDTH = 80
NAME, NUMBER = 18, 4
"""The widths of the names and of the numbers, in columns. The parts of a number have the rest of the line."""


def print_summary(output: Output, findings: Findings) -> None:
    """Print each number of the day with its parts."""
    output.print("\nThe day, read back from both platforms and from the database", style="bold")
    for name, number, parts in _rows(findings):
        first, *more = _wrapped(parts)
        output.print(f"  {name:<{NAME}} {number:>{NUMBER}}  {first}".rstrip(), soft_wrap=True)
        for line in more:
            output.print(" " * (NAME + NUMBER + 5) + line, soft_wrap=True)


def print_checks(output: Output, checks: Iterable[Check]) -> None:
    """Print each check, with its differences below it."""
    output.print()
    for check in checks:
        mark, style = ("✗", "bold red") if check.differences else ("✓", "green")
        output.print(Text.assemble(("  " + mark, style), " ", check.sentence), soft_wrap=True)
        for difference in check.differences:
            output.print(Text.assemble("      ", plain(difference, "red")), soft_wrap=True)


def _rows(findings: Findings) -> Iterable[tuple[str, int, Sequence[str]]]:
    total, writes, answers = findings.total, Counter(findings.figures.writes), findings.answers
    events = {result.value: findings.figures.events.get(result, 0) for result in EventResult}
    losses = [f"{count} {loss.replace('_', ' ')}" for (_, loss), count in findings.losses.items()]
    retries = [f"of {findings.failed_calls} calls that failed", f"{total('throttled')} throttled"]
    return (
        ("orders", findings.orders.total(), _parts(findings.orders)),
        ("deliveries", findings.deliveries.total(), _parts(findings.deliveries)),
        ("events", sum(events.values()), _parts(events, keep="pending")),
        ("API calls", total("calls"), [f"{total('reads')} reads", f"{total('writes')} writes"]),
        ("API answers", answers.total(), _parts({_answer(code): count for code, count in answers.items()})),
        ("writes", writes.total(), _parts(writes)),
        ("steps", total("transitions"), [f"and {total('manual_moves')} by hand"]),
        ("retries", findings.retries, retries),
        ("illegal steps", total("illegal"), []),
        ("data losses", sum(findings.losses.values()), losses),
    )


def _answer(code: str) -> str:
    return "without answer" if code == "none" else f"× HTTP {code}"


def _parts(counts: Mapping[str, int], keep: str = "") -> list[str]:
    """Return the parts of a sum, the largest first. Zeros are left out, except *keep*."""
    ordered = sorted(counts.items(), key=lambda part: (-part[1], part[0]))
    return [f"{count} {name}" for name, count in ordered if count or name == keep]


def _wrapped(parts: Sequence[str]) -> list[str]:
    """Join the parts into lines. A part is never divided."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if len(longer) <= WIDTH - NAME - NUMBER - 5:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
