"""Deliveries as people read them, in 80 columns, with instants in UTC. *now* is the journal's, in microseconds."""

import json
from collections.abc import Sequence

from rich.text import Text

from worker.cli.printing import NARROWEST, Page, facts, named, plain, print_table, table, visible
from worker.domain.documents import Malformed, read_document
from worker.operations.instants import ago, moment, when
from worker.store.queries.deliveries import DeliveryDetails, DeliveryRow

SHOWN_BODY = 16_384
"""Characters of a body that are printed; JSON output has all of it."""
STYLES = {"accepted": "green", "duplicate": "dim", "quarantined": "bold red", "stale": "yellow"}


def print_deliveries(rows: Sequence[DeliveryRow], now: int, limit: int) -> None:
    """Print a list of deliveries; one of *limit* rows may have been cut, and says so."""
    made = table("ID", "RECEIVED (UTC)", "AGO", "SOURCE", "OUTCOME", "REASON", wrapping="REASON")
    for row in rows:
        received = moment(row.received_at).removesuffix(" UTC")
        age = ago(row.received_at, now).removesuffix(" ago")
        made.add_row(
            plain(row.id), plain(received), plain(age), plain(row.source), _styled(row.outcome), plain(_reason(row))
        )
    print_table(made, rows, "No such deliveries.")
    if len(rows) == limit:
        Page().print(f"These are the newest {limit}; --limit shows more.", style="dim")


def _styled(outcome: str) -> Text:
    return plain(outcome, STYLES.get(outcome, ""))


def _reason(row: DeliveryRow) -> str:
    return f"{row.reason} (replayed)" if row.replayed_at is not None else row.reason


def print_delivery(shown: DeliveryDetails, now: int) -> None:
    """Print one delivery: what is known of it, its events, its body."""
    page, row = Page(NARROWEST), shown.row
    page.print(
        facts(
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
    if shown.events:
        made = table("EVENT", "ORDER", "WHAT", "HAPPENED (UTC)", "END", wrapping="WHAT")
        for event in shown.events:
            happened = moment(event.occurred_at).removesuffix(" UTC")
            told = map(plain, (event.name, happened, event.result))
            made.add_row(plain(event.id), named(event.order), *told)
        page.print()
        page.print(made)
    if shown.body is not None:
        page.print()
        page.print(Text(_readable(shown.body)))


def _readable(body: bytes) -> str:
    """Return a body as text that only prints: JSON in its lines, anything else as a literal; cut where it is long."""
    try:
        text = visible(json.dumps(read_document(body), indent=2, ensure_ascii=False))
    except Malformed:
        text = repr(body)
    return text if len(text) <= SHOWN_BODY else f"{text[:SHOWN_BODY]}\n… and {len(text) - SHOWN_BODY} characters more"
