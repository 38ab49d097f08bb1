"""`fulfillment orders …`: what stands behind each is in `operations` and `open_database`; here it is put into words."""

import getpass

import click

from worker.cli.options import AS_JSON, LIMIT, WholeNumber
from worker.domain.snapshot import State
from worker.domain.stages import STAGES, Stage

ORDER = click.argument("order")
REASON = click.option("--reason", required=True, help="Why, in a sentence for whoever asks later.")


class _AsWritten(click.Group):
    """Lists its commands in the order in which they stand here."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


@click.group(cls=_AsWritten)
def orders() -> None:
    """See where orders are and why, and help them on.

    ORDER is an order's id, or account/id where several accounts have one of that id. In place of the id may stand its
    number, as number:ORD-2024-001, or a parcel's, as tracking:TRK1.
    """


@orders.command("list")
@click.option("--account", default="", help="Only the orders of this account.")
@click.option("--place", type=click.Choice([stage.value for stage in STAGES]), help="Only orders at this place.")
@click.option("--stopped", is_flag=True, help="Orders that need a person.")
@click.option("--due", is_flag=True, help="Orders that a worker takes next.")
@click.option("--held", is_flag=True, help="Orders that wait with their whole account.")
@click.option("--waiting", is_flag=True, help="Orders that wait for a time.")
@LIMIT
@AS_JSON
def list_orders(account: str, stage: str | None, limit: int, as_json: bool, **states: bool) -> None:
    """List orders, the latest change first.

    \b
    fulfillment orders list --stopped
    fulfillment orders list --place shipped --json | jq -r .order
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.context import open_database, require_known
    from worker.cli.documents import order_document
    from worker.cli.orders.pages import print_orders
    from worker.cli.printing import print_json_lines
    from worker.store.queries.orders import OrderQueries

    with open_database() as context:
        chosen = [State(word) for word, asked in states.items() if asked]
        at = Stage(stage) if stage else None
        now, rows = OrderQueries(context.database).latest(limit, account=account, stage=at, states=chosen)
        if account and not rows:  # one that has left the settings may have orders all the same
            require_known("account", account, context.settings.accounts)
    if as_json:
        print_json_lines(order_document(row, now) for row in rows)
    else:
        print_orders(rows, now, limit)


@orders.command("show", short_help="Show an order and all that happened to it.")
@ORDER
@click.option("--limit", type=WholeNumber(1, 10_000), default=200, show_default=True, help="Entries, at most.")
@AS_JSON
def show_order(order: str, limit: int, as_json: bool) -> None:
    """Show an order and all that happened to it, in one line of time.

    \b
    fulfillment orders show 1001
    fulfillment orders show main/1001 --json
    """  # noqa: D301 - same
    from worker.cli.context import open_database
    from worker.cli.documents import snapshot_document
    from worker.cli.orders.pages import print_order
    from worker.cli.printing import print_json

    with open_database() as context:
        operations = context.operations
        snapshot = operations.snapshot(operations.find(order))
    if as_json:
        print_json(snapshot_document(snapshot))
    else:
        print_order(snapshot, limit)


@orders.command("explain", short_help="Say why an order is where it is, and what happens next.")
@ORDER
@AS_JSON
def explain_order(order: str, as_json: bool) -> None:
    """Say why an order is where it is, what happens next and when, or whom it waits for.

    \b
    fulfillment orders explain 1001
    """  # noqa: D301 - same
    from worker.cli.context import open_database
    from worker.cli.orders.pages import print_explanation
    from worker.cli.printing import print_json
    from worker.operations.explain.explanation import explain

    with open_database() as context:
        operations = context.operations
        key = operations.find(order)
        explanation = explain(operations.snapshot(key), context.policy(key.account))
    if as_json:
        print_json(explanation.document())
    else:
        print_explanation(explanation)


@orders.command("advance", short_help="Say that an order has reached a place.")
@ORDER
@click.option("--to", "stage", required=True, type=click.Choice([stage.value for stage in STAGES]), help="The place.")
@REASON
@click.option("--create", is_flag=True, help="Begin with an order that the journal has never seen.")
def advance_order(order: str, stage: str, reason: str, create: bool) -> None:
    """Say that an order has reached a place; a worker walks it there, step by step.

    \b
    fulfillment orders advance 1001 --to delivered --reason "the customer has called"
    """  # noqa: D301 - same
    from worker.cli.context import open_database

    with open_database() as context:
        operations = context.operations
        click.echo(operations.advance(operations.find(order), Stage(stage), _signed(reason), create=create))


@orders.command("retry", short_help="Let a worker look at an order now.")
@ORDER
def retry_order(order: str) -> None:
    """Let a worker look at an order now, whatever it waits for."""
    from worker.cli.context import open_database

    with open_database() as context:
        operations = context.operations
        click.echo(operations.retry(operations.find(order)))


@orders.command("release")
@ORDER
@REASON
@click.option("--stop", default="", metavar="WORD", help="Only if this is what it is stopped for.")
@click.option("--found", metavar="ORDER", help="Of one known by a number alone: it is this order.")
@click.option("--dismiss", is_flag=True, help="Of one known by a number alone: nobody shall look for it.")
def release_order(order: str, reason: str, stop: str, found: str | None, dismiss: bool) -> None:
    """Lift an order's stop. All news known by now is acknowledged: only newer news stops it again.

    \b
    fulfillment orders release 1001 --reason "sent a second parcel"
    fulfillment orders release number:ORD-1O1 --found 1001 --reason "a misprint"
    fulfillment orders release tracking:TRK1 --dismiss --reason "no parcel of ours"
    """  # noqa: D301 - same
    from worker.cli.context import open_database

    if dismiss and found is not None:
        raise click.UsageError("Say --found or --dismiss, not both.")
    with open_database() as context:
        operations = context.operations
        key, said = operations.find(order), _signed(reason)
        if found is not None:
            told = references.found(operations, key, found, said, stop)
        elif dismiss:
            told = references.dismiss(operations, key, said, stop)
        else:
            told = operations.release(key, said, stop)
        click.echo(told)


def _signed(reason: str) -> str:
    """Add who says so, as far as the machine knows."""
    try:
        return f"{reason} ({getpass.getuser()})" if reason.strip() else ""
    except (KeyError, OSError):  # a container's user may have no name
        return reason
