"""The command `fulfillment up`."""

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import closing, nullcontext, suppress
from typing import TYPE_CHECKING

import click

from worker.cli.playground.extras import Extras
from worker.domain.text import clean_text

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.cli.services.live import LiveDisplay
    from worker.settings import Settings

MAX_PATH = 1000
"""Characters of a path that are printed."""

PROCESSES = {"receiver": ["worker.cli", "receiver"], "worker": ["worker.cli", "worker"]}
CONSOLE = {"console": ["worker.cli", "console"]}


@click.command()
@click.option("--logs", is_flag=True, help="Show the log lines also on a terminal, instead of what happens.")
@click.option("--no-console", is_flag=True, help="Do not serve the console.")
@click.option("--sandbox", is_flag=True, help="A playground: sample orders at a simulated platform, nothing of yours.")
def up(logs: bool, no_console: bool, sandbox: bool) -> None:
    """Run everything in this terminal: receiver, worker, console, and embedded Valkey if there is no other broker.

    The console is left out if its address is in use, or if it may not start there without a login.

    Brings the database's schema up to date first. Ctrl-C ends all processes, the embedded Valkey last, and leaves none
    behind. The data stays in the database; by default, that is a file in the folder `data_dir`.

    On a terminal, it shows what happens, as `fulfillment tail` does, and warnings; all log lines are in the folder
    `logs` of `data_dir`. In a pipe, or with `--logs`, it shows the log lines.

    With `--sandbox`, it reads no settings of yours: it makes some in a new folder, runs a simulated platform with
    sample orders, and prints commands to try. Ctrl-C deletes the folder.
    """
    if not sandbox:
        _run(Extras(), logs=logs, no_console=no_console)
        return
    from worker.cli.playground.run import run_playground

    with run_playground(os.environ) as extras:
        _run(extras, logs=logs, no_console=no_console)


def _run(extras: Extras, *, logs: bool, no_console: bool) -> None:
    from webhook_receiver.server.processes import open_socket
    from worker.cli.console.beside import console_beside
    from worker.cli.services.banner import banner, end_message
    from worker.processes.embedded_valkey import EmbeddedValkey
    from worker.processes.logs import configure_logs
    from worker.processes.supervisor import Supervisor
    from worker.settings import find_settings_file, load_settings

    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secret_values())
    valkey = EmbeddedValkey(settings.data_dir) if settings.uses_embedded_valkey else None
    # An address in use is an error now, and not after five restarts of the receiver.
    open_socket(*settings.listen).close()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _migrate(settings.database_url.get_secret_value())
    console = None if no_console else console_beside(settings)
    _print(banner(settings, find_settings_file(os.environ), console.lines if console else ()))
    if extras.guide:
        _print(extras.guide)
    processes = {**PROCESSES, **(CONSOLE if console and console.may_start else {}), **extras.processes}
    live = None if logs or not _is_on_terminal() else _live_display(settings, processes)
    with valkey or nullcontext(), closing(live) if live else nullcontext():
        supervisor = Supervisor(processes, logs=live.folder if live else None, optional=CONSOLE)

        def on_poll() -> None:
            if valkey:
                valkey.restart_if_ended()
            extras.on_poll()
            if live:
                live.on_poll()

        supervisor.run_until({signal.SIGINT, signal.SIGTERM}, on_poll=on_poll)
    _print(extras.end_message or end_message(settings))


def _is_on_terminal() -> bool:
    """Tell whether somebody looks: log lines that go elsewhere stay there."""
    from worker.cli.confirmation import is_terminal

    return is_terminal(sys.stdout) and is_terminal(sys.stderr)


def _live_display(settings: "Settings", names: Iterable[str]) -> "LiveDisplay":
    from worker.cli.services.live import LiveDisplay

    live = LiveDisplay(settings.database_url.get_secret_value(), settings.data_dir / "logs", names)
    _print(f"What happens is shown here, and warnings. All log lines: {clean_text(str(live.folder), MAX_PATH)}\n")
    return live


def _migrate(database_url: str) -> None:
    from worker.store.database.database import Database
    from worker.store.schema import migrate

    database = Database(database_url, connections=1)
    try:
        migrate(database)
    finally:
        database.close()


def _print(text: str) -> None:
    with suppress(OSError):  # the services keep running when nobody reads stdout
        click.echo(text)
