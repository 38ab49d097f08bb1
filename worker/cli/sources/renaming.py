"""The command `fulfillment sources rename`."""

import click

from worker.cli.options import DRY_RUN, REASON_UNLESS_DRY_RUN, reason_unless


@click.command("rename", short_help="Give the orders of a source to its new name.")
@click.argument("before", metavar="OLD")
@click.argument("after", metavar="NEW")
@REASON_UNLESS_DRY_RUN
@DRY_RUN
def rename_source(before: str, after: str, reason: str | None, dry_run: bool) -> None:
    """Give the orders of a source to its new name, which the settings have already.

    This matters for sources that may report only their own orders: see their setting `orders`. What OLD has said of
    these orders counts as said by NEW.

    \b
    fulfillment sources rename fastbox fastbox_express --reason "the courier has a new name"
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.application.sources.renaming import foresee_rename
    from worker.application.sources.renaming import rename_source as rename
    from worker.cli.printing import print_sentence

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        print_sentence(foresee_rename(context, before, after) if dry_run else rename(context, before, after, note))
