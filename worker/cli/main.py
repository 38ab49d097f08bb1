"""The program `fulfillment`: its options, and how it runs one command."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO

import click

from worker.cli import completion
from worker.cli.commands import LazyGroup
from worker.cli.local import remember_config, runnable
from worker.domain.errors import FulfillmentError
from worker.processes.exits import INTERRUPTED, WELL, WRONG_USE, print_error
from worker.processes.privacy import keep_private

NAME = "fulfillment"
EPILOG = """\b
Each setting comes from the first of these that has it:
  1. variables that begin with FULFILLMENT_
  2. the TOML file that --config or FULFILLMENT_CONFIG names; else ./fulfillment.toml
  3. defaults
Exit codes: 0 well · 1 something needs a person · 2 wrong use or settings
            3 a part cannot be reached · 130 interrupted"""


def _print_version(ctx: click.Context, _param: click.Parameter, is_requested: bool) -> None:
    if not is_requested or ctx.resilient_parsing:  # so click parses a line that a shell completes
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"{NAME} {version('fulfillment-worker')}")
    except PackageNotFoundError:
        click.echo(f"{NAME} (from a folder, not installed)")
    ctx.exit()


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(),
    help="Read settings from this TOML file. This option goes before the command.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def fulfillment(config: str | None) -> None:
    """Move orders through their stages until the platform itself confirms each stage."""
    if config is not None:
        from worker.settings import choose_settings_file

        remember_config(choose_settings_file(config, os.environ))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    keep_private()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. A failure that can be foreseen prints one clear message on stderr."""
    remember_config(None)
    try:
        code = _invoke(arguments)
        if sys.stdout:  # the caller may have closed it
            sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        if sys.stderr:  # otherwise click would write to stdout
            _show(error)
        return error.exit_code if isinstance(error, click.UsageError) else WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except BrokenPipeError:
        return _discard_output()
    except (FulfillmentError, OSError) as error:
        from worker.cli.failures import code_of, message_of

        print_error(runnable(message_of(error)))
        return code_of(error)
    return code


def _show(error: click.ClickException) -> None:
    """Print an error of click with an escape for each character of the command line that does not print."""
    from worker.domain.text import visible

    error.show(text := StringIO())
    click.echo(visible(text.getvalue()), err=True, nl=False)


def _invoke(arguments: Sequence[str]) -> int:
    if completion.is_requested():
        return completion.complete(fulfillment, NAME)
    # Not click's own `main`, which has other messages, and another exit code when the reader of a pipe is gone.
    try:
        with fulfillment.make_context(NAME, list(arguments)) as context:
            code = fulfillment.invoke(context)
    except click.NoSuchOption as error:
        if error.option_name != "--config":
            raise
        message = f"{error.message} It goes before the command: {NAME} --config FILE COMMAND"
        raise click.NoSuchOption(error.option_name, message, ctx=error.ctx) from error
    return code if isinstance(code, int) else WELL


def _interrupted() -> int:
    if sys.stderr and sys.stderr.isatty():
        click.echo(err=True)  # the terminal shows ^C on the line of the question or of the bar
    print_error("interrupted")
    return INTERRUPTED


def _discard_output() -> int:
    """Discard all further output, because the reader of the pipe is gone. That is no failure."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return WELL
