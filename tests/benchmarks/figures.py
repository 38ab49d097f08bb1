"""What a benchmark prints: a figure of ours beside another one, their ratio, and the goal that it meets or misses."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MANY, FEW = 100, 10


@dataclass(frozen=True, slots=True)
class Goal:
    """What a value should be: *sign* is `≥`, `≤` or `<`."""

    sign: str
    value: float
    unit: str = ""

    def is_met(self, value: float) -> bool:
        """Tell whether *value* is as it should be."""
        return {"≥": value >= self.value, "≤": value <= self.value, "<": value < self.value}[self.sign]

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}{self.unit}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of *values* that *percent* of them do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100).__int__() - 1)]


def spread(values: Sequence[float], unit: str = "") -> str:
    """Show the median of *values*, with the least and the greatest of several."""
    middle = f"{shown(median(values))}{unit}"
    return middle if len(values) == 1 else f"{middle} ({shown(min(values))}–{shown(max(values))})"


def shown(value: float) -> str:
    """Write a number with as many digits as it deserves."""
    return f"{value:,.0f}" if value >= MANY or value == int(value) else f"{value:.{1 if value >= FEW else 2}f}"


def verdict(value: float, goal: Goal | None) -> str:
    """Say whether *goal* is met by *value*; empty without a goal."""
    return "" if goal is None else f"   goal {goal}: {'met' if goal.is_met(value) else 'NOT MET'}"


def beside(what: str, ours: Sequence[float], name: str, theirs: Sequence[float], goal: Goal | None = None) -> str:
    """Set rounds of ours beside rounds of *name*'s; the ratio is the median of those of the single rounds."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True) if other]
    head = f"{what}: ours {spread(ours)}   {name} {spread(theirs)}"
    if not ratios:
        return head
    return f"{head}   ratio {spread(ratios)}{verdict(median(ratios), goal)}"


def alone(what: str, values: Sequence[float], unit: str = "", goal: Goal | None = None) -> str:
    """Show rounds of a figure that is compared with nothing but its goal."""
    return f"{what}: {spread(values, unit)}{verdict(median(values), goal)}"
