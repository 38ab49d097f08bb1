"""The command line: the face that people use. `main` is the console script."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import click

from worker.domain.errors import (
    ApiError,
    FulfillmentError,
    IllegalRequest,
    OrderMissing,
    SettingsError,
    Throttled,
    Unauthorized,
)
from worker.operations.instants import span
from worker.processes.exits import INTERRUPTED, NEEDS_A_PERSON, UNREACHABLE, WELL, WRONG_USE, print_error

COMMANDS = {
    "receiver": ("worker.cli.services.commands", "Take webhooks in."),
    "worker": ("worker.cli.services.commands", "Move orders along their road."),
    "up": ("worker.cli.services.commands", "Run everything in one terminal, on embedded defaults."),
    "demo": ("worker.cli.demo.command", "Play a day of two small shops on this machine."),
    "migrate": ("worker.cli.migrate", "Bring the database's schema up to date."),
    "doctor": ("worker.cli.doctor.command", "Check the installation, and find what is stuck."),
    "send": ("worker.cli.send.command", "Sign a test event and post it to the receiver."),
    "orders": ("worker.cli.orders.commands", "See where orders are and why, and help them on."),
    "deliveries": ("worker.cli.deliveries.commands", "See what webhooks brought, and read it again."),
    "platform": ("worker.cli.platform.commands", "Look at the orders at the platform, and create them."),
}
"""Where each command is found, and its line in the list: a command is loaded only to be run."""

EPILOG = """\b
Settings come from FULFILLMENT_… variables and the file named by FULFILLMENT_CONFIG.
Exit codes: 0 well · 1 something needs a person · 2 wrong use or settings
            3 a part cannot be reached · 130 interrupted"""


class _Commands(click.Group):
    """Loads a command when it is called, so that help is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _tell_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"fulfillment {version('fulfillment-worker')}")
    except PackageNotFoundError:
        click.echo("fulfillment (from a folder, not installed)")
    ctx.exit()


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
def fulfillment() -> None:
    """Move orders along their road until the platform itself confirms it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code. What can be foreseen ends in one sentence."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        # Not click's own main, which has words and codes of its own for a reader that hangs up.
        with fulfillment.make_context("fulfillment", list(arguments)) as context:
            code = fulfillment.invoke(context)
        if sys.stdout:  # a caller may have closed it
            sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        if sys.stderr:  # else click would take stdout
            error.show()
        return error.exit_code if isinstance(error, click.UsageError) else WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return _refuse("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _hang_up()
    except (FulfillmentError, OSError) as error:
        return _refuse(_sentence(error), _code(error))
    return code if isinstance(code, int) else WELL


def _code(error: Exception) -> int:
    match error:
        case SettingsError() | IllegalRequest():
            return WRONG_USE
        case ApiError() if error.definite and not isinstance(error, Throttled):
            return NEEDS_A_PERSON
    return UNREACHABLE


def _sentence(error: Exception) -> str:
    if isinstance(error, ApiError):
        return f"{_about(error)}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or getattr(error, "reason", type(error).__name__)


def _about(error: ApiError) -> str:
    match error:
        case Throttled(wait=wait):
            return f"the account has to wait{f' for {span(wait)}' if wait else ''}"
        case Unauthorized():
            return "the platform does not let the account in"
        case OrderMissing():
            return "the platform does not know it"
        case _ if error.definite:
            return "the platform refuses"
    return "the platform gives no usable answer"


def _refuse(sentence: str, code: int) -> int:
    print_error(sentence)
    return code


def _hang_up() -> int:
    """Whoever read our output has read enough: nothing is wrong, and nothing more can be said."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return WELL
