"""Prints what an act does to many orders: a line for each, and one about all."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from worker.cli.json_lines import order_names
from worker.domain.instants import Instant
from worker.domain.text import visible
from worker.operations.instants import ago, iso
from worker.operations.phrases import counted

if TYPE_CHECKING:
    from worker.operations.bulk import Act, Item, ItemResult

_PAST = {"retry": "retried", "release": "released", "close": "closed"}


def item_line(item: "Item", now: Instant, *, as_json: bool) -> str:
    """Return the line about one order: for people, or a JSON object. *now* is the time of the database's clock."""
    if as_json:
        return json.dumps(
            {
                **order_names(item.order),
                "reason": item.reason or None,
                "since": iso(item.since),
                "result": item.result,
                "detail": item.sentence or None,
            }
        )
    parts = (str(item.order), item.reason, f"since {ago(item.since, now)}", f"{item.result}", item.sentence)
    return visible("  ".join(part for part in parts if part))


def question(act: "Act", counts: Mapping[str, int], verb: str) -> str:
    """Return how many orders are chosen, by their reason: `3 orders are to be released: refused 2, gave_up 1.`."""
    total = sum(counts.values())
    reasons = ", ".join(f"{reason or 'due'} {count}" for reason, count in counts.items())
    return f"{counted(total, 'order', 'orders')} {_conjugated(verb, total)} {_PAST[act]}: {reasons}."


def _conjugated(verb: str, total: int) -> str:
    return "is to be" if verb == "are to be" and total == 1 else verb


def print_summary(act: "Act", results: Counter["ItemResult"], total: int, *, err: bool) -> None:
    """Print how many orders were changed, how many were skipped, and how many are not chosen any more."""
    done, skipped = results["done"], results["skipped"]  # type: ignore[index]
    gone = total - done - skipped
    parts = [f"{counted(done, 'order was', 'orders were')} {_PAST[act]}"]
    if skipped:
        parts.append(f"{skipped} skipped")
    if gone > 0:
        parts.append(f"{gone} had changed before their turn, and {'was' if gone == 1 else 'were'} left alone")
    click.echo(f"{', '.join(parts)}.", err=err)
