"""The command `fulfillment sources rename`."""

import click

from worker.application.names import require_name
from worker.cli.options import with_user
from worker.cli.orders.actions import REASON
from worker.domain.errors import IllegalRequest


@click.command("rename", short_help="Give the orders of a source to its new name.")
@click.argument("before", metavar="OLD")
@click.argument("after", metavar="NEW")
@REASON
def rename_source(before: str, after: str, reason: str) -> None:
    """Give the orders of a source to its new name, which the settings have already.

    This matters for sources that may report only their own orders: see their setting `orders`. What OLD has said of
    these orders counts as said by NEW.

    \b
    fulfillment sources rename fastbox fastbox_express --reason "the courier has a new name"
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.operations.renaming import rename
    from worker.settings.carriers import carriers_of

    with open_database() as context:
        sources = context.settings.sources
        account = sources[after].account if after in sources else ""
        require_name("courier", after, sorted(carriers_of(sources.items(), account) if account else sources))
        if before in sources:
            raise IllegalRequest(f"{before} is a source of the settings: give its orders to another one by one")
        click.echo(rename(context.operations, account, before, after, with_user(reason)))
