"""Prints deliveries for people, in 80 columns, with times in UTC. *now* is the time of the database's clock."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from worker.cli.printing import MIN_WIDTH, Output, make_facts, make_table, order_name, plain, print_table, visible
from worker.domain.documents import Malformed, read_document
from worker.domain.instants import Instant
from worker.domain.reasons import DeliveryOutcome
from worker.operations.instants import ago, moment, when
from worker.operations.phrases import counted
from worker.store.queries.deliveries import DeliveredEvent, DeliveryDetails, DeliveryRow

if TYPE_CHECKING:  # lists do not need it
    from worker.cli.deliveries.replay import ReplaySummary

MAX_PROBLEMS = 10
"""How many kinds of problems are printed after many replays."""
MAX_BODY = 16_384
"""Characters of a body that are printed. JSON has the whole body."""
STYLES: dict[str, str] = {
    DeliveryOutcome.ACCEPTED: "green",
    DeliveryOutcome.DUPLICATE: "dim",
    DeliveryOutcome.QUARANTINED: "bold red",
    DeliveryOutcome.STALE: "yellow",
}


def print_deliveries(rows: Sequence[DeliveryRow], now: Instant, limit: int) -> None:
    """Print a list of deliveries. If it has *limit* rows, a line says that there may be more."""
    table = make_table("ID", "RECEIVED (UTC)", "AGO", "SOURCE", "OUTCOME", "REASON", wrapping="REASON")
    for row in rows:
        time = moment(row.received_at).removesuffix(" UTC")
        age = ago(row.received_at, now).removesuffix(" ago")
        table.add_row(
            plain(row.id), plain(time), plain(age), plain(row.source), _styled(row.outcome), plain(_reason(row))
        )
    print_table(table, rows, "No such deliveries.")
    if len(rows) == limit:
        Output().print(f"These are the newest {limit}; --limit shows more.", style="dim")


def _styled(outcome: str) -> Text:
    return plain(outcome, STYLES.get(outcome, ""))


def _reason(row: DeliveryRow) -> str:
    return f"{row.reason} (replayed)" if row.replayed_at is not None else row.reason


def print_delivery(delivery: DeliveryDetails, now: Instant) -> None:
    """Print one delivery: its row, its events, its body."""
    output, row = Output(MIN_WIDTH), delivery.row
    output.print(
        make_facts(
            {
                "delivery": Text(str(row.id), "bold"),
                "source": row.source,
                "received": when(row.received_at, now),
                "outcome": _styled(row.outcome),
                "reason": row.reason,
                "detail": row.detail,
                "replayed": when(row.replayed_at, now) if row.replayed_at is not None else "",
                "body": "not kept" if row.size is None else f"{row.size} bytes",
            }
        )
    )
    if delivery.events:
        output.print()
        output.print(_events_table(delivery.events))
    if delivery.body is not None:
        output.print()
        output.print(Text(_readable(delivery.body)))


def _events_table(events: Sequence[DeliveredEvent]) -> Table:
    table = make_table("ID", "ORDER", "EVENT", "OCCURRED (UTC)", "RESULT", wrapping="EVENT")
    for event in events:
        time = moment(event.occurred_at).removesuffix(" UTC")
        table.add_row(plain(event.id), order_name(event.order), plain(event.name), plain(time), plain(event.result))
    return table


def _readable(body: bytes) -> str:
    """Return a body as printable text: JSON is indented, other bodies are Python literals. A long text is cut."""
    try:
        text = visible(json.dumps(read_document(body), indent=2, ensure_ascii=False))
    except Malformed:
        text = repr(body)
    return text if len(text) <= MAX_BODY else f"{text[:MAX_BODY]}\n… and {len(text) - MAX_BODY} characters more"


def print_replays(summary: "ReplaySummary") -> None:
    """Print what became of many replayed deliveries: one line, and one for each kind of problem."""
    total = summary.outcomes.total()
    reasons = ", ".join(f"{reason} {count}" for reason, count in summary.reasons.most_common())
    parts = [
        f"{count} {outcome}{f' ({reasons})' if outcome is DeliveryOutcome.QUARANTINED else ''}"
        for outcome, count in summary.outcomes.most_common()
    ]
    deliveries = counted(total, "delivery was", "deliveries were")
    click.echo(f"{deliveries} replayed{': ' if parts else ''}{', '.join(parts)}.")
    for sentence, count in summary.problems.most_common(MAX_PROBLEMS):
        click.echo(visible(f"{counted(count, 'was', 'were')} not: {sentence}."))
