"""The group `fulfillment console`. Without a command, it serves the console."""

import click

from worker.cli.commands import OrderedGroup
from worker.cli.console.users import users


@click.group(cls=OrderedGroup, invoke_without_command=True)
@click.pass_context
def console(ctx: click.Context) -> None:
    """Serve the console: pages for a browser that show what is stuck and why, and let an operator act.

    Without a command, it serves on the address in the setting `console.listen`, by default http://127.0.0.1:8001, until
    SIGTERM or Ctrl-C. There, everybody on this machine may use it until it has users; beyond this machine, it starts
    only when people have to log in.

    \b
    fulfillment console users add sara --role operator
    fulfillment console
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    if ctx.invoked_subcommand is None:
        from worker.cli.services.console import serve_console

        serve_console()


console.add_command(users)
