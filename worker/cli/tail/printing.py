"""Prints activity: a line for each entry, or a JSON object."""

import sys
from collections.abc import Callable, Iterable

from rich.text import Text

from worker.cli.json_lines import Document, print_json_lines
from worker.cli.printing import Output, plain
from worker.domain.overview.activity import Activity, ActivityKind
from worker.domain.reasons import AuditAction, DeliveryOutcome, WriteOutcome
from worker.operations.activity import subject_of, text_of
from worker.operations.instants import iso, moment

SUBJECT_WIDTH, KIND_WIDTH = 16, 8
STYLES: dict[str, str] = {
    DeliveryOutcome.QUARANTINED: "bold red",
    DeliveryOutcome.STALE: "yellow",
    WriteOutcome.CONFIRMED: "green",
    WriteOutcome.FAILED: "red",
    WriteOutcome.UNCERTAIN: "yellow",
    AuditAction.STOPPED: "bold red",
    ActivityKind.HOLD: "bold red",
    ActivityKind.LIFTED: "green",
    ActivityKind.REFUSED: "red",
    ActivityKind.WAIT: "yellow",
}
"""Colours, by the word of an entry or by its kind."""


def printer(*, as_json: bool) -> Callable[[Iterable[Activity]], None]:
    """Return a function that prints entries to stdout at once."""
    output = Output()

    def show(entries: Iterable[Activity]) -> None:
        if as_json:
            print_json_lines(map(activity_document, entries))
        else:
            for entry in entries:
                output.print(activity_line(entry), soft_wrap=True)
        sys.stdout.flush()

    return show


def activity_line(entry: Activity) -> Text:
    """Return the line of an entry: its time in UTC, its kind, its order or account, and what has happened."""
    kind = entry.word if entry.kind is ActivityKind.DECISION else entry.kind
    style = STYLES.get(entry.word, STYLES.get(entry.kind, ""))
    text = entry.detail if entry.kind is ActivityKind.DECISION else text_of(entry)
    return Text.assemble(
        (moment(entry.at).removesuffix(" UTC"), "dim"),
        "  ",
        _padded(kind, KIND_WIDTH, style),
        "  ",
        _padded(subject_of(entry) or "–", SUBJECT_WIDTH, "bold"),
        "  ",
        plain(text),
    )


def _padded(text: str, width: int, style: str) -> Text:
    padded = plain(text, style)
    padded.pad_right(max(0, width - padded.cell_len))
    return padded


def activity_document(entry: Activity) -> Document:
    """Return an entry as a JSON object."""
    return {
        "at": iso(entry.at),
        "kind": entry.kind,
        "word": entry.word,
        "detail": entry.detail or None,
        "failed": entry.has_failed,
        "order_key": entry.order_key or None,
        "account": entry.account or (entry.order.account if entry.order else None),
        "source": entry.source or None,
        "delivery_id": entry.row or None,
        "event": entry.event or None,
        "count": entry.count or None,
        "stage": entry.stage or None,
        "until": iso(entry.until),
        "answered_after": None if entry.answered_after is None else entry.answered_after / 1_000_000,
    }
