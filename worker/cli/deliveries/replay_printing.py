"""Prints for people what became of replayed deliveries."""

import click

from worker.cli.deliveries.problems import problem_text, taken_in
from worker.cli.deliveries.replay import ReplaySummary
from worker.cli.printing import visible
from worker.domain.reasons import DeliveryOutcome
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
    click.echo(visible(f"Delivery {row.id} is {still}quarantined: {problem}; {taken_in(len(after.events))}."))
    if row.replayed_at is not None:
        click.echo(
            "Nothing about it has changed, so `fulfillment doctor` does not report it any more;"
            f" `fulfillment deliveries show {row.id}` names what cannot be used."
        )


def print_replays(summary: ReplaySummary) -> None:
    """Print what became of many replayed deliveries: one line, and one for each kind of problem."""
    total = summary.outcomes.total()
    reasons = ", ".join(f"{reason} {count}" for reason, count in summary.reasons.most_common())
    parts = [
        f"{count} {outcome}{f' ({reasons})' if outcome is DeliveryOutcome.QUARANTINED else ''}"
        for outcome, count in summary.outcomes.most_common()
    ]
    deliveries = counted(total, "delivery was", "deliveries were")
    click.echo(f"{deliveries} replayed{': ' if parts else ''}{', '.join(parts)}.")
    if summary.silenced:
        silenced = counted(summary.silenced, "delivery", "deliveries")
        click.echo(f"`fulfillment doctor` does not report {silenced} any more, because nothing has changed.")
    for sentence, count in summary.problems.most_common(MAX_PROBLEMS):
        click.echo(visible(f"{counted(count, 'was', 'were')} not: {sentence}."))
