"""The commands that change orders: `advance`, `retry`, `release`."""

import click

from worker.cli.options import ORDER, STAGE, with_user
from worker.domain.stages import Stage

REASON = click.option("--reason", required=True, help="The reason, in one sentence for people who ask later.")


@click.command("advance", short_help="Say that an order has reached a stage.")
@ORDER
@click.option("--to", "stage", required=True, type=STAGE, help="The stage that the order has reached.")
@REASON
@click.option("--create", is_flag=True, help="Create the order if the database does not know it.")
def advance_order(order: str, stage: str, reason: str, create: bool) -> None:
    """Say that an order has reached a stage. A worker then takes the steps up to this stage at the platform.

    \b
    fulfillment orders advance 1001 --to delivered --reason "the customer has called"
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.context import open_database

    with open_database() as context:
        operations = context.operations
        click.echo(operations.advance(operations.find(order), Stage(stage), with_user(reason), create=create))


@click.command("retry", short_help="Let a worker reconcile an order now.")
@ORDER
def retry_order(order: str) -> None:
    """Let a worker reconcile an order now, and not only at its due time.

    A stopped order needs `fulfillment orders release` instead.
    """
    from worker.cli.context import open_database

    with open_database() as context:
        operations = context.operations
        click.echo(operations.retry(operations.find(order)))


@click.command("release", short_help="Lift an order's stop.")
@ORDER
@REASON
@click.option("--stop", default="", metavar="WORD", help="Release the order only if this is the reason of its stop.")
@click.option("--found", "target", metavar="ORDER", help="For a number whose order is not found: this order has it.")
@click.option("--dismiss", is_flag=True, help="For a number whose search has stopped: end the search.")
def release_order(order: str, reason: str, stop: str, target: str | None, dismiss: bool) -> None:
    """Lift an order's stop. The present events cannot stop the order again; newer events can.

    \b
    fulfillment orders release 1001 --reason "sent a second parcel"
    fulfillment orders release number:ORD-1O1 --found 1001 --reason "a misprint"
    fulfillment orders release tracking:TRK1 --dismiss --reason "no parcel of ours"
    """  # noqa: D301 - same
    from worker.cli.context import open_database
    from worker.operations import references

    if dismiss and target is not None:
        raise click.UsageError("Say --found or --dismiss, not both.")
    with open_database() as context:
        operations = context.operations
        key, note = operations.find(order), with_user(reason)
        if target is not None:
            sentence = references.resolve(operations, key, target, note, stop)
        elif dismiss:
            sentence = references.dismiss(operations, key, note, stop)
        else:
            sentence = operations.release(key, note, stop)
        click.echo(sentence)
