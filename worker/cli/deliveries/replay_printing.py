"""Prints for people what became of replayed deliveries."""

import json

import click

from worker.application.deliveries.problems import problem_text, taken_in
from worker.application.deliveries.replays import ReplayItem, ReplaySummary
from worker.cli.local import runnable
from worker.cli.printing import print_sentence
from worker.domain.reasons import DeliveryOutcome
from worker.domain.text import visible
from worker.operations.bulk import ItemResult
from worker.operations.instants import iso
from worker.operations.phrases import counted
from worker.store.queries.deliveries import DeliveryDetails, DeliveryRow

MAX_PROBLEMS = 10
"""How many kinds of problems are printed after many replays."""


def print_ignored(delivery_id: int) -> None:
    """Print that a delivery is gone, because it is of no interest now."""
    click.echo(f"Delivery {delivery_id} is ignored: it is of no interest now, and was deleted.")


def print_replay(before: DeliveryRow, after: DeliveryDetails) -> None:
    """Print what became of one replayed delivery, which was *before*."""
    row = after.row
    if row.outcome != DeliveryOutcome.QUARANTINED:
        click.echo(f"Delivery {row.id} is {row.outcome}.")
        return
    still = "still " if before.outcome == row.outcome else ""
    problem = problem_text(row.reason, row.detail)
    print_sentence(f"Delivery {row.id} is {still}quarantined: {problem}; {taken_in(len(after.events))}.")
    if row.replayed_at is not None:
        print_sentence(
            "Nothing about it has changed, so `fulfillment doctor` does not report it any more;"
            f" `fulfillment deliveries show {row.id}` names what cannot be used."
        )


def replay_line(item: ReplayItem, *, as_json: bool) -> str:
    """Return the line about one of many deliveries: for people, or a JSON object."""
    row = item.row
    if as_json:
        return json.dumps(
            {
                "id": row.id,
                "source": row.source,
                "received_at": iso(row.received_at),
                "result": item.result,
                "outcome": item.outcome or None,
                "reason": item.reason or None,
                "detail": item.sentence or None,
            }
        )
    outcome = f"{item.outcome} ({item.reason})" if item.reason else item.outcome
    result = outcome if item.result is ItemResult.DONE else item.result
    parts = (f"delivery {row.id}", row.source, result, item.sentence)
    return visible("  ".join(part for part in parts if part))


def print_preview(summary: ReplaySummary, total: int, *, err: bool) -> None:
    """Print how many deliveries would be replayed, and which of them `doctor` would not report any more."""
    click.echo(f"{counted(total, 'delivery', 'deliveries')} would be replayed.", err=err)
    if summary.silenced:
        silenced = counted(summary.silenced, "delivery", "deliveries")
        sentence = f"`fulfillment doctor` would not report {silenced} any more: nothing has changed."
        click.echo(runnable(sentence), err=err)


def print_replays(summary: ReplaySummary, total: int, *, err: bool) -> None:
    """Print what became of many replayed deliveries: one line, and one for each kind of problem."""
    done = summary.outcomes.total()
    reasons = ", ".join(f"{reason} {count}" for reason, count in summary.reasons.most_common())
    parts = [
        f"{count} {outcome}{f' ({reasons})' if outcome is DeliveryOutcome.QUARANTINED else ''}"
        for outcome, count in summary.outcomes.most_common()
    ]
    deliveries = counted(done, "delivery was", "deliveries were")
    click.echo(f"{deliveries} replayed{': ' if parts else ''}{', '.join(parts)}.", err=err)
    if summary.silenced:
        silenced = counted(summary.silenced, "delivery", "deliveries")
        sentence = f"`fulfillment doctor` does not report {silenced} any more, because nothing has changed."
        click.echo(runnable(sentence), err=err)
    for sentence, count in summary.problems.most_common(MAX_PROBLEMS):
        click.echo(visible(f"{counted(count, 'was', 'were')} not: {sentence}."), err=err)
    gone = total - done - summary.problems.total()
    if gone > 0:
        click.echo(f"{counted(gone, 'delivery', 'deliveries')} had been replayed before, meanwhile.", err=err)
