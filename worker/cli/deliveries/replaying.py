"""Runs `deliveries replay`: for one delivery, or for all that the options choose."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import click

from worker.application.context import Context, open_database
from worker.application.deliveries.finding import find_delivery, instant_since
from worker.application.deliveries.replays import (
    ReplayItem,
    Replays,
    ReplaySummary,
    carry_out_replays,
    plan_replay,
    plan_replays,
    replay,
)
from worker.application.names import require_name
from worker.cli.confirmation import may_change, print_each
from worker.cli.deliveries.replay_printing import print_ignored, print_preview, print_replay, print_replays, replay_line
from worker.domain.overview.choices import DeliveryChoice
from worker.domain.reasons import DeliveryOutcome
from worker.operations.bulk import ItemResult
from worker.operations.phrases import counted
from worker.processes.exits import NEEDS_A_PERSON, WELL
from worker.store.queries.choices import ChoiceQueries


def replay_one(delivery_id: int, note: str, *, dry_run: bool, as_json: bool) -> int:
    """Replay one delivery, or say what that would do, and return the exit code. Raises `IllegalRequest`."""
    with open_database() as context:
        _, before = find_delivery(context.database, delivery_id)
        if dry_run:
            return _preview([plan_replay(Replays(context), before)], 1, as_json=as_json)
        receipt = replay(context, before, note)
        if as_json:
            item = ReplayItem(before.row, ItemResult.DONE, receipt.outcome, receipt.reason or "")
            click.echo(replay_line(item, as_json=True))
        elif receipt.outcome is DeliveryOutcome.IGNORED:
            print_ignored(delivery_id)
        else:
            _, after = find_delivery(context.database, delivery_id)
            print_replay(before.row, after)
    return NEEDS_A_PERSON if receipt.outcome is DeliveryOutcome.QUARANTINED else WELL


def replay_many(choice: DeliveryChoice, since: str, note: str, *, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Replay all deliveries of *choice* that came *since* then, or say what that would do. Returns the exit code."""
    with open_database() as context:
        queries = ChoiceQueries(context.database)
        choice = replace(choice, since=instant_since(since, queries.now()))
        total = queries.count_deliveries(choice)
        if not total:
            return _nothing_chosen(context, choice, as_json=as_json)
        ids = queries.delivery_ids(choice)
        if dry_run:
            return _preview(plan_replays(context, ids), total, as_json=as_json)
        line_of: Callable[[ReplayItem], str] = lambda item: replay_line(item, as_json=as_json)  # noqa: E731 - short
        if not may_change(f"{counted(total, 'delivery is', 'deliveries are')} to be replayed. Go on?", yes=yes):
            return WELL
        summary = ReplaySummary()
        for item in print_each(carry_out_replays(context, ids, note), total, "Replaying", line_of):
            summary.add(item)
    print_replays(summary, total, err=as_json)
    return NEEDS_A_PERSON if summary.needs_a_person else WELL


def _preview(items: Iterable[ReplayItem], total: int, *, as_json: bool) -> int:
    """Print what a replay would do to each delivery. Returns the exit code that it would have."""
    summary = ReplaySummary()
    for item in print_each(items, total, "Looking", lambda item: replay_line(item, as_json=as_json)):
        summary.add(item)
    print_preview(summary, total, err=as_json)
    return NEEDS_A_PERSON if summary.needs_a_person else WELL


def _nothing_chosen(context: Context, choice: DeliveryChoice, *, as_json: bool) -> int:
    if choice.source:
        require_name("source", choice.source, context.settings.sources)
    click.echo("No delivery is chosen: nothing is to be done.", err=as_json)
    return WELL
