"""The group `fulfillment deliveries`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from worker.application.deliveries.finding import find_delivery
from worker.application.names import require_name
from worker.cli.commands import OrderedGroup
from worker.cli.confirmation import YES
from worker.cli.deliveries.options import DELIVERY_ID, NOTE, OPTIONAL_ID, OUTCOME, PEER, REASON, REPLAYABLE, SINCE
from worker.cli.options import AS_JSON, DRY_RUN, with_user
from worker.cli.paging import paged
from worker.cli.sources.options import PROFILE
from worker.domain.events import OPERATOR
from worker.domain.overview.choices import DeliveryChoice
from worker.domain.reasons import DeliveryOutcome

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from collections.abc import Sequence

    from worker.application.context import Context
    from worker.application.deliveries.problems import Problem
    from worker.settings import Settings
    from worker.store.queries.deliveries import DeliveryDetails


@click.group(cls=OrderedGroup)
def deliveries() -> None:
    """Show webhook deliveries, try them with a profile, and replay those that could not be used."""


@deliveries.command("list")
@OUTCOME
@click.option("--source", default="", help="Only deliveries of this source.")
@click.option("--reason", type=REASON, default=None, help="Only deliveries that are quarantined for this reason.")
@PEER
@click.option("--order", default="", help="Only deliveries that brought news of this order, or name it.")
@SINCE
@paged
@AS_JSON
def list_deliveries(
    outcome: str | None,
    source: str,
    reason: str | None,
    peer: str | None,
    order: str,
    since: str | None,
    limit: int,
    after: str,
    is_all: bool,
    as_json: bool,
) -> None:
    """List deliveries, the newest first.

    Each has its order and its first event, or why it cannot be used.

    \b
    fulfillment deliveries list --outcome quarantined
    fulfillment deliveries list --order 1001
    fulfillment deliveries list --since 2h --all --json | jq -r .order_key
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.application.deliveries.finding import instant_since
    from worker.cli.deliveries.listing import print_list
    from worker.domain.overview.filters import DeliveryFilter
    from worker.store.queries.choices import ChoiceQueries

    with open_database() as context:
        wanted = DeliveryFilter(
            outcome=outcome or "",
            source=source,
            reason=reason or "",
            peer=peer or "",
            since=instant_since(since, ChoiceQueries(context.database).now()) if since else None,
            order=context.operations.find(order) if order else None,
        )
        print_list(
            context, wanted, (limit, after), partial(_require_source, context, source), is_all=is_all, as_json=as_json
        )


def _require_source(context: "Context", source: str) -> None:
    """Raise `IllegalRequest` for a source that the settings do not name and of which no delivery is stored."""
    from worker.domain.overview.filters import DeliveryFilter
    from worker.store.queries.deliveries import DeliveryQueries

    if source in {"", OPERATOR} or source in context.settings.sources:
        return
    # A source that has left the settings may still have deliveries.
    if not DeliveryQueries(context.database).page(DeliveryFilter(source=source), 1).rows:
        require_name("source", source, context.settings.sources)


@deliveries.command("show", short_help="Show a delivery, its body and its events.")
@DELIVERY_ID
@AS_JSON
def show_delivery(delivery_id: int, as_json: bool) -> None:
    """Show a delivery, its body, and the events that were read from it, each with its result.

    A quarantined delivery is read again with the present settings, without changing anything, and the elements that
    cannot be used are named.
    """
    from worker.application.context import open_database
    from worker.application.deliveries.masking import mask_of
    from worker.cli.deliveries.documents import details_document
    from worker.cli.deliveries.printing import print_delivery
    from worker.cli.json_lines import print_json

    with open_database() as context:
        now, delivery = find_delivery(context.database, delivery_id)
    problems = _problems(context.settings, delivery)
    mask = mask_of(context.settings, delivery.row.source, delivery.body or b"")
    if as_json:
        print_json(details_document(delivery, problems, mask))
    else:
        print_delivery(delivery, problems, now, mask)


def _problems(settings: "Settings", delivery: "DeliveryDetails") -> "Sequence[Problem] | None":
    if delivery.row.outcome != DeliveryOutcome.QUARANTINED:
        return None
    from worker.application.deliveries.rereading import problems_of

    return problems_of(settings, delivery)


@deliveries.command("replay", short_help="Read deliveries again, with the present settings.")
@OPTIONAL_ID
@REPLAYABLE
@click.option("--source", default="", help="Deliveries of this source.")
@click.option("--reason", type=REASON, default=None, help="Deliveries that are quarantined for this reason.")
@SINCE
@NOTE
@DRY_RUN
@YES
@AS_JSON
def replay_delivery(
    delivery_id: int | None,
    outcome: str | None,
    source: str,
    reason: str | None,
    since: str | None,
    note: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Read a quarantined or stale delivery again, or many, with the present settings.

    Without ID, the options choose deliveries; all of them must hold. Without --outcome, they are quarantined ones. An
    event keeps its key, so it is taken in once, however often its delivery is replayed.

    If a delivery still cannot be used, the exit code is 1. If nothing about it has changed, `doctor` does not report it
    any more. A delivery that is of no interest now is deleted, and counted as ignored.

    For an accepted delivery whose order was not found, the search begins again.

    \b
    fulfillment deliveries replay 17
    fulfillment deliveries replay --source fastbox --reason unknown_event
    fulfillment deliveries replay --outcome stale --since 2h --dry-run
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    is_many = bool(outcome or source or reason or since)
    if delivery_id is None and not is_many:
        raise click.UsageError("Name one delivery by its ID, or choose many by --outcome, --source, --reason, --since.")
    if delivery_id is not None and is_many:
        raise click.UsageError("Name one delivery by its ID, or choose many by options, not both.")
    if reason and outcome == DeliveryOutcome.STALE:
        raise click.UsageError("--reason is that of a quarantine: a stale delivery has none.")
    from worker.cli.deliveries.replaying import replay_many, replay_one

    if delivery_id is not None:
        return replay_one(delivery_id, with_user(note), dry_run=dry_run, as_json=as_json)
    choice = DeliveryChoice(DeliveryOutcome(outcome or DeliveryOutcome.QUARANTINED), source, reason or "")
    return replay_many(choice, since or "", with_user(note), dry_run=dry_run, yes=yes, as_json=as_json)


@deliveries.command("try", short_help="Read a stored body again, and change nothing.")
@DELIVERY_ID
@click.option("--profile", type=PROFILE, default="", help="A profile, or a source; by default the delivery's source.")
@AS_JSON
def try_delivery(delivery_id: int, profile: str, as_json: bool) -> int:
    """Read a stored body with the delivery's source or another profile, and print what would be read, step by step.

    Authentication is left out, because its headers are not kept, and nothing is changed. For a built-in profile and for
    the path of a profile file, the time zone, the prefix and the options are those of the delivery's source. The name
    of a source of the settings stands for its profile with its own rules.

    The exit code is 0 if the body would be accepted or ignored; 1 if it would be quarantined.

    \b
    fulfillment deliveries try 17
    fulfillment deliveries try 17 --profile couriers/fastbox.toml
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.cli.deliveries.trying import try_delivery as try_with
    from worker.cli.sources.commands import finish

    with open_database() as context:
        _, delivery = find_delivery(context.database, delivery_id)
        trial = try_with(context.settings, delivery, profile)
    return finish(trial, as_json=as_json)
