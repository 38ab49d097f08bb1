"""What a benchmark prints: figures of ours and of others, their ratio, and whether it meets its goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True)
class Goal:
    """What a value should be: *sign* is `≥`, `≤` or `<`."""

    sign: str
    value: float
    unit: str = ""

    def verdict(self, value: float) -> str:
        """Say whether *value* meets the goal."""
        met = {"≥": value >= self.value, "≤": value <= self.value, "<": value < self.value}[self.sign]
        return f"   goal {self.sign} {self.value:g}{self.unit}: {'met' if met else 'NOT MET'}"


@dataclass(frozen=True, slots=True)
class Rounds:
    """The same figure of *whose*, measured several times."""

    whose: str
    values: Sequence[float]

    def __str__(self) -> str:
        return f"{self.whose} {spread(self.values)}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of *values* that *percent* of them do not exceed."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


def spread(values: Sequence[float]) -> str:
    """Return the median of *values*, with the smallest and the largest of several."""
    middle = formatted(median(values))
    return middle if len(values) == 1 else f"{middle} ({formatted(min(values))}–{formatted(max(values))})"


def formatted(value: float) -> str:
    """Return a number with a sensible number of digits."""
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def compare(what: str, ours: Rounds, theirs: Rounds, goal: Goal | None = None) -> str:
    """Compare two figures. The ratio is the median of the ratios of the single rounds."""
    ratios = [mine / other for mine, other in zip(ours.values, theirs.values, strict=True) if other]
    ratio = f"   ratio {spread(ratios)}" if ratios else ""
    return f"{what}: {ours}   {theirs}{ratio}{goal.verdict(median(ratios)) if goal and ratios else ''}"


def figure(what: str, measured: Rounds, goal: Goal | None = None) -> str:
    """Show a figure that is compared only with its goal."""
    return f"{what}: {measured}{goal.verdict(median(measured.values)) if goal else ''}"
