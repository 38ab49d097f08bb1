"""A chart of stacked bars, as numbers for SVG. No script and no style is in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

WIDTH, HEIGHT = 720, 180
"""The size of a chart, in its own units; a page scales it."""
LEFT, BOTTOM, TOP = 48, 24, 8
"""The margins for the labels."""
GAP = 2
"""Between two columns."""
LEAST_HEIGHT = 1.0
"""A part with a count is never too small to be seen."""
LABELS = 8
"""How many labels fit below the columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its *label*, and its counts by kind, the lowest part first."""

    label: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle for the *count* of one *kind* in the column *label*."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside an axis, at its place on the axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of stacked bars. *kinds* are those with any count; *total* is the sum of all counts."""

    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    x_labels: tuple[Label, ...]
    y_labels: tuple[Label, ...]
    kinds: tuple[str, ...]
    total: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def stacked_bars(columns: Sequence[Column], kinds: Iterable[str]) -> Chart:
    """Return the chart of *columns*, with their parts in the order of *kinds*."""
    order = tuple(kinds)
    top = _round_up(max((sum(column.counts.values()) for column in columns), default=0))
    step = (WIDTH - LEFT) / max(1, len(columns))
    starts = [LEFT + index * step for index in range(len(columns))]
    every = max(1, -(-len(columns) // LABELS))
    middles = [Label(x + step / 2, column.label) for x, column in zip(starts, columns, strict=True)]
    return Chart(
        bars=tuple(
            chain.from_iterable(_bars(column, order, x, step, top) for x, column in zip(starts, columns, strict=True))
        ),
        columns=tuple(columns),
        x_labels=tuple(middles[::every]),
        y_labels=tuple(Label(_y(value, top), f"{value:,}") for value in sorted({0, top // 2, top})),
        kinds=tuple(kind for kind in order if any(column.counts.get(kind) for column in columns)),
        total=sum(sum(column.counts.values()) for column in columns),
    )


def _bars(column: Column, kinds: Sequence[str], x: float, step: float, top: int) -> Iterator[Bar]:
    """Yield the parts of *column* that have a count, from the lowest to the highest."""
    y = _y(0, top)
    for kind in kinds:
        if count := column.counts.get(kind, 0):
            height = max(LEAST_HEIGHT, _y(0, top) - _y(count, top))
            y -= height
            yield Bar(x + GAP / 2, y, max(1.0, step - GAP), height, kind, column.label, count)


def _y(count: int, top: int) -> float:
    """Return how far from above *count* is, on an axis that ends at *top*."""
    return TOP + (HEIGHT - BOTTOM - TOP) * (1 - count / top)


def _round_up(count: int) -> int:
    """Return the end of an axis for *count*: 2, 5 or 10 times a power of ten, and at least 2."""
    power = int(10 ** (len(str(count)) - 1))
    return next(end for end in (2 * power, 5 * power, 10 * power) if end >= count)
