"""What a storm has shown, as rows: those that must be zero or complete, and those that only say how large it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.storm.checker import Fault


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. A row with a *fault* of more than 0 fails the storm."""

    name: str
    value: str
    fault: Fault = field(default_factory=lambda: Fault(0))

    @property
    def is_good(self) -> bool:
        return self.fault.count == 0


@dataclass(frozen=True, slots=True)
class StormReport:
    """The rows of one storm on one *database*."""

    database: str
    rows: Sequence[Row]

    @property
    def is_good(self) -> bool:
        return all(row.is_good for row in self.rows)

    def problems(self) -> list[str]:
        """Return what is wrong, with examples."""
        return [
            f"{row.name}: {row.value}\n    " + "\n    ".join(row.fault.examples) for row in self.rows if not row.is_good
        ]


def zero(name: str, fault: Fault) -> Row:
    """Return a row whose value is a count that must be 0."""
    return Row(name, f"{fault.count:,}", fault)


def fact(name: str, value: object) -> Row:
    """Return a row that only informs."""
    return Row(name, f"{value:,}" if isinstance(value, int) else str(value))


def as_table(reports: Sequence[StormReport]) -> list[str]:
    """Return a Markdown table with a column for each database."""
    names = list(dict.fromkeys(row.name for report in reports for row in report.rows))
    values = [{row.name: row.value for row in report.rows} for report in reports]
    head = ["", *(report.database for report in reports)]
    lines = [head, ["---"] * len(head), *([name, *(of.get(name, "–") for of in values)] for name in names)]
    return [f"| {' | '.join(cells)} |".replace("|  |", "| |", 1) for cells in lines]
