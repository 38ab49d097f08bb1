"""The command `fulfillment orders assign`."""

from typing import TYPE_CHECKING

import click

from worker.application.names import require_name
from worker.cli.options import CREATE, DRY_RUN, ORDER, REASON_UNLESS_DRY_RUN, reason_unless

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.domain.orders import OrderKey
    from worker.settings import Settings


@click.command("assign", short_help="Say which source carries an order.")
@ORDER
@click.argument("source", metavar="[SOURCE]", required=False)
@click.option("--none", "nobody", is_flag=True, help="Nobody carries it: the next source to report its parcel does.")
@REASON_UNLESS_DRY_RUN
@CREATE
@DRY_RUN
def assign_order(order: str, source: str | None, nobody: bool, reason: str | None, create: bool, dry_run: bool) -> None:
    """Say which source carries an order, so that its news of the order counts, and that of other couriers does not.

    This matters for sources that may report only their own orders: see their setting `orders`. What was quarantined as
    not_your_order before can be replayed.

    \b
    fulfillment orders assign 1001 fastbox --reason "the parcel went with FastBox"
    fulfillment orders assign 1001 --none --reason "the wrong courier had named it"
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    if bool(source) == nobody:
        raise click.UsageError("Name the SOURCE that carries the order, or say --none, not both.")
    from worker.application.context import open_database
    from worker.cli.orders.acting import print_foreseen
    from worker.cli.printing import print_sentence
    from worker.operations.acts import ActName
    from worker.operations.carriers import assign

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        operations = context.operations
        key = operations.find(order)
        if source:
            _require_source_of(context.settings, key, source)
        if dry_run:
            print_foreseen(context, ActName.ASSIGN, key, source or "", create=create)
        else:
            print_sentence(assign(operations, key, source or "", note, create=create))


def _require_source_of(settings: "Settings", key: "OrderKey", source: str) -> None:
    """Raise `IllegalRequest` unless *source* can carry orders of the account of *key*."""
    from worker.settings.carriers import carriers_of

    names = sorted(carriers_of(settings.sources.items(), key.account))
    require_name(f"courier of the account {key.account},", source, names)
