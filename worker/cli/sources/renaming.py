"""The command `fulfillment sources rename`."""

import click

from worker.cli.options import REASON, with_user


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
    from worker.application.sources.renaming import rename_source as rename

    with open_database() as context:
        click.echo(rename(context, before, after, with_user(reason)))
