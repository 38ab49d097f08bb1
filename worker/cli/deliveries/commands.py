"""`fulfillment deliveries …`: what webhooks brought, and another reading of what could not be used."""

import click

from worker.cli.options import AS_JSON, LIMIT, WholeNumber
from worker.domain.events import OPERATOR
from worker.processes.exits import NEEDS_A_PERSON, WELL
from worker.store.intake.outcomes import Outcome

OUTCOMES = [outcome.value for outcome in Outcome]


@click.group()
def deliveries() -> None:
    """See what webhooks brought, and read again what could not be used."""


@deliveries.command("list")
@click.option("--outcome", type=click.Choice(OUTCOMES), default=None, help="Only deliveries with this outcome.")
@click.option("--source", default="", help="Only the deliveries of this source.")
@click.option("--reason", default="", help="Only deliveries quarantined for this reason.")
@LIMIT
@AS_JSON
def list_deliveries(outcome: str | None, source: str, reason: str, limit: int, as_json: bool) -> None:
    """List deliveries, the newest first.

    \b
    fulfillment deliveries list --outcome quarantined
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.context import open_database, require_known
    from worker.cli.deliveries.pages import print_deliveries
    from worker.cli.documents import delivery_document
    from worker.cli.printing import print_json_lines
    from worker.store.queries.deliveries import DeliveryQueries

    with open_database() as context:
        queries = DeliveryQueries(context.database)
        now, rows = queries.latest(limit, outcome=outcome or "", source=source, reason=reason)
        if source not in {"", OPERATOR} and not rows:  # one that has left the settings may have deliveries all the same
            require_known("source", source, context.settings.sources)
    if as_json:
        print_json_lines(map(delivery_document, rows))
    else:
        print_deliveries(rows, now, limit)


@deliveries.command("show", short_help="Show a delivery, and what became of it.")
@click.argument("delivery_id", metavar="ID", type=WholeNumber(1, 2**63 - 1))
@AS_JSON
def show_delivery(delivery_id: int, as_json: bool) -> None:
    """Show a delivery: what came, what was read from it, and what became of that."""
    from worker.cli.context import open_database
    from worker.cli.deliveries.pages import print_delivery
    from worker.cli.documents import shown_document
    from worker.cli.printing import print_json

    with open_database() as context:
        now, shown = context.delivery(delivery_id)
    if as_json:
        print_json(shown_document(shown))
    else:
        print_delivery(shown, now)


@deliveries.command("replay")
@click.argument("delivery_id", metavar="ID", type=WholeNumber(1, 2**63 - 1))
def replay_delivery(delivery_id: int) -> int:
    """Read a quarantined or stale delivery again, by today's settings.

    Ends with 1 when it is of no use still; then it counts as looked at. An accepted one, whose order was looked for in
    vain, has it looked for again.
    """
    from worker.cli.context import open_database
    from worker.cli.deliveries.replay import replay

    with open_database() as context:
        receipt = replay(context, delivery_id)
    click.echo(f"Delivery {delivery_id} is {receipt.outcome}{f': {receipt.reason}' if receipt.reason else ''}.")
    return NEEDS_A_PERSON if receipt.outcome == Outcome.QUARANTINED else WELL
