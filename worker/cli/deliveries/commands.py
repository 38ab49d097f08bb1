"""The group `fulfillment deliveries`."""

import sys
from typing import TYPE_CHECKING

import click

from worker.cli.commands import OrderedGroup
from worker.cli.deliveries.options import DELIVERY_ID, OPTIONAL_ID, OUTCOME, REASON
from worker.cli.options import AS_JSON, LIMIT, require_name
from worker.cli.sources.options import PROFILE
from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR
from worker.domain.instants import Instant
from worker.domain.reasons import DeliveryOutcome
from worker.processes.exits import NEEDS_A_PERSON, WELL

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from collections.abc import Sequence

    from worker.cli.deliveries.problems import Problem
    from worker.settings import Settings
    from worker.store.database.database import Database
    from worker.store.queries.deliveries import DeliveryDetails


@click.group(cls=OrderedGroup)
def deliveries() -> None:
    """Show webhook deliveries, try them with a profile, and replay those that could not be used."""


@deliveries.command("list")
@OUTCOME
@click.option("--source", default="", help="Only deliveries of this source.")
@click.option("--reason", type=REASON, default=None, help="Only deliveries that are quarantined for this reason.")
@LIMIT
@AS_JSON
def list_deliveries(outcome: str | None, source: str, reason: str | None, limit: int, as_json: bool) -> None:
    """List deliveries, the newest first.

    \b
    fulfillment deliveries list --outcome quarantined
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.context import open_database
    from worker.cli.deliveries.documents import delivery_document
    from worker.cli.deliveries.printing import print_deliveries
    from worker.cli.json_lines import print_json_lines
    from worker.store.queries.deliveries import DeliveryQueries

    with open_database() as context:
        queries = DeliveryQueries(context.database)
        _, rows = queries.latest(limit, outcome=outcome or "", source=source, reason=reason or "")
        if source not in {"", OPERATOR} and not rows:  # a source that has left the settings may still have deliveries
            require_name("source", source, context.settings.sources)
    if as_json:
        print_json_lines(map(delivery_document, rows))
    else:
        print_deliveries(rows, limit)


@deliveries.command("show", short_help="Show a delivery, its body and its events.")
@DELIVERY_ID
@AS_JSON
def show_delivery(delivery_id: int, as_json: bool) -> None:
    """Show a delivery, its body, and the events that were read from it, each with its result.

    A quarantined delivery is read again with the present settings, without changing anything, and the elements that
    cannot be used are named.
    """
    from worker.cli.context import open_database
    from worker.cli.deliveries.documents import details_document
    from worker.cli.deliveries.printing import print_delivery
    from worker.cli.json_lines import print_json

    with open_database() as context:
        now, delivery = _find(context.database, delivery_id)
    problems = _problems(context.settings, delivery)
    if as_json:
        print_json(details_document(delivery, problems))
    else:
        print_delivery(delivery, problems, now)


def _problems(settings: "Settings", delivery: "DeliveryDetails") -> "Sequence[Problem] | None":
    if delivery.row.outcome != DeliveryOutcome.QUARANTINED:
        return None
    from worker.cli.deliveries.rereading import problems_of

    return problems_of(settings, delivery)


@deliveries.command("replay", short_help="Read deliveries again, with the present settings.")
@OPTIONAL_ID
@click.option("--source", default="", help="All quarantined deliveries of this source.")
@click.option("--reason", type=REASON, default=None, help="All that are quarantined for this reason.")
def replay_delivery(delivery_id: int | None, source: str, reason: str | None) -> int:
    """Read a quarantined or stale delivery again, or many, with the present settings.

    If a delivery still cannot be used, the exit code is 1. If nothing about it has changed, `doctor` does not report it
    any more. A delivery that is of no interest now is deleted, and counted as ignored.

    For an accepted delivery whose order was not found, the search begins again.

    \b
    fulfillment deliveries replay 17
    fulfillment deliveries replay --source fastbox --reason unknown_event
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    if (delivery_id is None) == (not (source or reason)):
        raise click.UsageError("Name one delivery by its ID, or many by --source, by --reason, or by both.")
    if delivery_id is None:
        return _replay_all(source, reason or "")
    from worker.cli.context import open_database
    from worker.cli.deliveries.replay import replay
    from worker.cli.deliveries.replay_printing import print_ignored, print_replay

    with open_database() as context:
        _, delivery = _find(context.database, delivery_id)
        receipt = replay(context, delivery)
        if receipt.outcome is DeliveryOutcome.IGNORED:
            print_ignored(delivery_id)
        else:
            _, after = _find(context.database, delivery_id)
            print_replay(delivery.row, after)
    return NEEDS_A_PERSON if receipt.outcome is DeliveryOutcome.QUARANTINED else WELL


def _replay_all(source: str, reason: str) -> int:
    """Replay the quarantined deliveries of a source, for a reason, or both. On a terminal, a bar shows the progress."""
    from worker.cli.context import open_database
    from worker.cli.deliveries.replay import replay_all
    from worker.cli.deliveries.replay_printing import print_replays
    from worker.store.queries.deliveries import DeliveryQueries

    with open_database() as context:
        ids = DeliveryQueries(context.database).quarantined(source=source, reason=reason)
        if source and not ids:
            require_name("source", source, context.settings.sources)
        is_hidden = not (sys.stderr and sys.stderr.isatty())
        with click.progressbar(ids, file=sys.stderr, hidden=is_hidden, label="Replaying") as bar:
            summary = replay_all(context, bar)
    print_replays(summary)
    return NEEDS_A_PERSON if summary.reasons or summary.problems else WELL


@deliveries.command("try", short_help="Read a stored body again, and change nothing.")
@DELIVERY_ID
@click.option("--profile", type=PROFILE, default="", help="A profile, or a source; by default the delivery's source.")
@AS_JSON
def try_delivery(delivery_id: int, profile: str, as_json: bool) -> int:
    """Read a stored body with the delivery's source or another profile, and print what would be read, step by step.

    Authentication is left out, because headers are not kept, and nothing is changed. For a built-in profile and for the
    path of a profile file, the time zone, the prefix and the options are those of the delivery's source. The name of a
    source of the settings stands for its profile with its own rules.

    The exit code is 0 if the body would be accepted or ignored; 1 if it would be quarantined.

    \b
    fulfillment deliveries try 17
    fulfillment deliveries try 17 --profile couriers/fastbox.toml
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.context import open_database
    from worker.cli.deliveries.trying import try_delivery as try_with
    from worker.cli.sources.commands import finish

    with open_database() as context:
        _, delivery = _find(context.database, delivery_id)
        trial = try_with(context.settings, delivery, profile)
    return finish(trial, as_json=as_json)


def _find(database: "Database", delivery_id: int) -> "tuple[Instant, DeliveryDetails]":
    """Return the time of the database's clock, and the delivery. Raises `IllegalRequest` when there is none."""
    from worker.store.queries.deliveries import DeliveryQueries

    now, delivery = DeliveryQueries(database).show(delivery_id)
    if delivery is None:
        raise IllegalRequest(f"there is no delivery {delivery_id}, or it is not kept any more")
    return now, delivery
