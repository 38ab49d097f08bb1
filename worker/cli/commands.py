"""The list of the commands, and the two kinds of command groups."""

from importlib import import_module

import click
from click.shell_completion import CompletionItem

COMMANDS = {
    "receiver": ("worker.cli.services.receiver", "Receive webhooks."),
    "worker": ("worker.cli.services.worker", "Reconcile orders with their platforms."),
    "console": ("worker.cli.console.commands", "Serve pages for a browser, to see and to act; manage their users."),
    "up": ("worker.cli.services.up", "Run everything in one terminal, with embedded defaults."),
    "demo": ("worker.cli.demo.command", "Run a day of two small shops on this machine."),
    "migrate": ("worker.cli.services.migrate", "Bring the database's schema up to date."),
    "doctor": ("worker.cli.doctor.command", "Check the installation, and find what is stuck."),
    "send": ("worker.cli.send.command", "Sign a test event and send it to the receiver."),
    "tail": ("worker.cli.tail.command", "Print what happens, as it happens."),
    "orders": ("worker.cli.orders.commands", "Show and explain orders; advance, retry, release or close one, or many."),
    "parcels": ("worker.cli.parcels.commands", "Show the parcels of an order; register, remove or drop one."),
    "deliveries": ("worker.cli.deliveries.commands", "Show webhook deliveries, and replay them."),
    "sources": ("worker.cli.sources.commands", "Show the sources of webhooks; check and try profiles."),
    "secrets": ("worker.cli.secrets.commands", "Make a secret."),
    "scan": ("worker.cli.scan.command", "List the orders at the platforms, and find what no webhook has told."),
    "accounts": ("worker.cli.accounts.commands", "Show accounts; hold, release or probe them."),
    "platform": ("worker.cli.platform.commands", "Show orders at the platform, and create them."),
}
"""For each command, its module and its line in the help. In the module, the command has the same name."""


class LazyGroup(click.Group):
    """The group of all `COMMANDS`. It imports a module only when its command is called, not for help or completion."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            from difflib import get_close_matches

            # Click looks for similar names only among commands that are imported already: here, there are none.
            for similar in get_close_matches(name, COMMANDS, 1):
                ctx.fail(f"No such command {name!r}. Did you mean {similar!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        commands = [
            CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]


class OrderedGroup(click.Group):
    """A group that lists its commands in the order in which they were added. Click would sort them by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)
