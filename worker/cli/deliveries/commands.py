"""The group `fulfillment deliveries`."""

import click

from worker.cli.options import AS_JSON, LIMIT, WholeNumber
from worker.domain.events import OPERATOR
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome
from worker.processes.exits import NEEDS_A_PERSON, WELL

OUTCOMES = [outcome.value for outcome in STORED_OUTCOMES]
DELIVERY_ID = click.argument("delivery_id", metavar="ID", type=WholeNumber(1, 2**63 - 1))


@click.group()
def deliveries() -> None:
    """See webhook deliveries, and replay those that could not be used."""


@deliveries.command("list")
@click.option("--outcome", type=click.Choice(OUTCOMES), default=None, help="Only deliveries with this outcome.")
@click.option("--source", default="", help="Only the deliveries of this source.")
@click.option("--reason", default="", help="Only deliveries that are quarantined for this reason.")
@LIMIT
@AS_JSON
def list_deliveries(outcome: str | None, source: str, reason: str, limit: int, as_json: bool) -> None:
    """List deliveries, the newest first.

    \b
    fulfillment deliveries list --outcome quarantined
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.context import open_database
    from worker.cli.deliveries.documents import delivery_document
    from worker.cli.deliveries.pages import print_deliveries
    from worker.cli.json_lines import print_json_lines
    from worker.cli.names import require_name
    from worker.store.queries.deliveries import DeliveryQueries

    with open_database() as context:
        queries = DeliveryQueries(context.database)
        now, rows = queries.latest(limit, outcome=outcome or "", source=source, reason=reason)
        if source not in {"", OPERATOR} and not rows:  # a source that has left the settings may still have deliveries
            require_name("source", source, context.settings.sources)
    if as_json:
        print_json_lines(map(delivery_document, rows))
    else:
        print_deliveries(rows, now, limit)


@deliveries.command("show", short_help="Show a delivery, and what became of it.")
@DELIVERY_ID
@AS_JSON
def show_delivery(delivery_id: int, as_json: bool) -> None:
    """Show a delivery: its body, the events that were read from it, and what became of them."""
    from worker.cli.context import open_database
    from worker.cli.deliveries.documents import details_document
    from worker.cli.deliveries.lookup import find_delivery
    from worker.cli.deliveries.pages import print_delivery
    from worker.cli.json_lines import print_json

    with open_database() as context:
        now, delivery = find_delivery(context, delivery_id)
    if as_json:
        print_json(details_document(delivery))
    else:
        print_delivery(delivery, now)


@deliveries.command("replay", short_help="Read a delivery again, with today's settings.")
@DELIVERY_ID
def replay_delivery(delivery_id: int) -> int:
    """Read a quarantined or stale delivery again, with today's settings.

    Ends with 1 when the delivery still cannot be used; `doctor` then does not count it any more. For an accepted
    delivery whose order was not found, the search begins again.
    """
    from worker.cli.context import open_database
    from worker.cli.deliveries.replay import replay

    with open_database() as context:
        receipt = replay(context, delivery_id)
    click.echo(f"Delivery {delivery_id} is {receipt.outcome}{f': {receipt.reason}' if receipt.reason else ''}.")
    return NEEDS_A_PERSON if receipt.outcome is DeliveryOutcome.QUARANTINED else WELL
