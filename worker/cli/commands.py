"""The commands by name: where each is defined, and its line in the help."""

from importlib import import_module

import click
from click.shell_completion import CompletionItem

COMMANDS = {
    "receiver": ("worker.cli.services.receiver", "Receive webhooks."),
    "worker": ("worker.cli.services.worker", "Reconcile orders with their platforms."),
    "up": ("worker.cli.services.up", "Run everything in one terminal, with embedded defaults."),
    "demo": ("worker.cli.demo.command", "Run a day of two small shops on this machine."),
    "migrate": ("worker.cli.services.migrate", "Bring the database's schema up to date."),
    "doctor": ("worker.cli.doctor.command", "Check the installation, and find what is stuck."),
    "send": ("worker.cli.send.command", "Sign a test event and send it to the receiver."),
    "orders": ("worker.cli.orders.group", "See where orders are and why, and act on them."),
    "deliveries": ("worker.cli.deliveries.commands", "See webhook deliveries, and replay them."),
    "platform": ("worker.cli.platform.commands", "See orders at the platform, and create them."),
}
"""The module of each command, and its line in the help. The module has the command under its name."""


class LazyGroup(click.Group):
    """The commands of `COMMANDS`. A module is imported when its command is called, and not for help or completion."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        commands = [
            CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]
