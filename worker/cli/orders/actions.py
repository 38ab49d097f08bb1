"""The commands that change orders: `advance`, `retry`, `release`, `close`."""

import click

from worker.cli.confirmation import YES
from worker.cli.options import (
    AS_JSON,
    CREATE,
    DRY_RUN,
    OPTIONAL_ORDER,
    ORDER,
    REASON_UNLESS_DRY_RUN,
    STAGE,
    reason_unless,
    with_user,
)
from worker.cli.orders.choosing import STOP, WAITING, Chosen, choosing
from worker.domain.stages import Stage

RETRY_REASON = "retried"
"""The reason of a retry that names none. The audit log has the user's name beside it."""


@click.command("advance", short_help="Say that an order has reached a stage.")
@ORDER
@click.option("--to", "stage", required=True, type=STAGE, help="The stage that the order has reached.")
@REASON_UNLESS_DRY_RUN
@CREATE
@DRY_RUN
def advance_order(order: str, stage: str, reason: str | None, create: bool, dry_run: bool) -> None:
    """Say that an order has reached a stage. A worker then takes the steps up to this stage at the platform.

    \b
    fulfillment orders advance 1001 --to delivered --reason "the customer has called"
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.cli.orders.acting import print_foreseen
    from worker.cli.printing import print_sentence
    from worker.operations.acts import ActName

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        operations = context.operations
        key = operations.find(order)
        if dry_run:
            print_foreseen(context, ActName.ADVANCE, key, stage, create=create)
        else:
            print_sentence(operations.advance(key, Stage(stage), note, create=create))


@click.command("retry", short_help="Let a worker reconcile an order now, or many.")
@OPTIONAL_ORDER
@STOP
@WAITING
@choosing
@click.option("--reason", default=RETRY_REASON, help="The reason, in one sentence for people who ask later.")
@DRY_RUN
@YES
@AS_JSON
def retry_order(
    order: str | None, reason: str, dry_run: bool, yes: bool, as_json: bool, **options: object
) -> int | None:
    """Let a worker reconcile an order now, and not only at its due time.

    Without ORDER, the options choose orders that wait; all of them must hold. A stopped order is retried only if --stop
    names its stop. That acknowledges nothing, so the same events can stop it again: `fulfillment orders release` lets
    an order go on.

    \b
    fulfillment orders retry 1001
    fulfillment orders retry --waiting api_unavailable --account main
    fulfillment orders retry --stop gave_up --older-than 1h
    """  # noqa: D301 - same
    from worker.cli.orders.acting import run
    from worker.operations.bulk import Act

    chosen = Chosen(order, **options)  # type: ignore[arg-type]
    return run(Act.RETRY, chosen, with_user(reason), dry_run=dry_run, yes=yes, as_json=as_json)


@click.command("release", short_help="Lift the stop of an order, or of many.")
@OPTIONAL_ORDER
@REASON_UNLESS_DRY_RUN
@STOP
@choosing
@click.option("--found", "target", metavar="ORDER", help="For a number whose order is not found: this order has it.")
@click.option("--unseen", is_flag=True, help="With --found: go on if the platform cannot be reached.")
@DRY_RUN
@YES
@AS_JSON
def release_order(
    order: str | None,
    reason: str | None,
    target: str | None,
    unseen: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **options: object,
) -> int | None:
    """Lift an order's stop. The present events cannot stop the order again; newer events can.

    It also opens an order that an operator has closed. Without ORDER, the options choose stopped orders; all of them
    must hold.

    \b
    fulfillment orders release 1001 --reason "sent a second parcel"
    fulfillment orders release --stop refused --matching "phone number" --reason "the field is optional now"
    fulfillment orders release number:ORD-1O1 --found 1001 --reason "a misprint"
    """  # noqa: D301 - same
    from worker.cli.orders.acting import resolve, run
    from worker.operations.bulk import Act

    chosen, note = Chosen(order, **options), reason_unless(reason, dry_run=dry_run)  # type: ignore[arg-type]
    if target is None:
        if unseen:
            raise click.UsageError("--unseen belongs to --found.")
        return run(Act.RELEASE, chosen, note, dry_run=dry_run, yes=yes, as_json=as_json)
    if as_json or order is None:
        raise click.UsageError("--found needs one ORDER, and has no --json.")
    chosen.require_one_way()
    return resolve(order, target, note, chosen.stop, unseen=unseen, dry_run=dry_run)


@click.command("close", short_help="Close an order for good, or many stopped ones.")
@OPTIONAL_ORDER
@REASON_UNLESS_DRY_RUN
@STOP
@choosing
@DRY_RUN
@YES
@AS_JSON
def close_order(
    order: str | None, reason: str | None, dry_run: bool, yes: bool, as_json: bool, **options: object
) -> int | None:
    """Close an order, whatever it waits for: nothing more is sent, and nobody is asked about it.

    Only newer news that needs a person opens it again, by a stop; for a number whose order is not known, any newer
    event does. `fulfillment orders release` opens it, too. Without ORDER, the options choose stopped orders; all of
    them must hold.

    \b
    fulfillment orders close 1001 --reason "refunded by hand"
    fulfillment orders close --stop unknown_order --older-than 7d --reason "test orders"
    """  # noqa: D301 - same
    from worker.cli.orders.acting import run
    from worker.operations.bulk import Act

    chosen = Chosen(order, **options)  # type: ignore[arg-type]
    return run(Act.CLOSE, chosen, reason_unless(reason, dry_run=dry_run), dry_run=dry_run, yes=yes, as_json=as_json)
