"""The services: `receiver`, `worker`, and `up`, which is both and the embedded store in one terminal."""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext

import click

from webhook_receiver.server.processes import open_socket, serve
from worker.cli.options import WholeNumber
from worker.processes.embedded_valkey import EmbeddedValkey
from worker.processes.logs import configure_logs
from worker.settings import Settings, load_settings


def _settings() -> Settings:
    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format, sys.stderr, settings.secret_values())
    return settings


@click.command()
@click.option(
    "--processes",
    type=WholeNumber(1, 32),
    default=1,
    show_default=True,
    help="Processes that share the address; more than one needs PostgreSQL.",
)
def receiver(processes: int) -> None:
    """Take in signed webhooks: verify, write down, acknowledge.

    Listens on the setting `listen` until SIGTERM or Ctrl-C, then finishes what it has received.
    """
    from webhook_receiver.wsgi import open_app

    settings = _settings()
    if processes > 1 and settings.database_url.get_secret_value().startswith("sqlite"):
        raise click.UsageError("SQLite has one writer: run one process, or set database_url to a PostgreSQL.")

    def open_the_app() -> AbstractContextManager[object]:
        return open_app(settings)

    max_body = max((source.max_body for source in settings.sources.values()), default=1024)
    with open_socket(*settings.listen) as sock:
        serve(open_the_app, sock, max_body=max_body, processes=processes)


@click.command()
@click.option(
    "--concurrency",
    "-c",
    type=WholeNumber(1, 256),
    default=16,
    show_default=True,
    help="Orders that have their turn at once.",
)
def worker(concurrency: int) -> None:
    """Move orders along their road until the platform confirms it.

    Celery's worker with the right flags. Run as many as you like: what one of them does, it claims first.
    """
    from worker.service.celery_app import build_app

    flags = ["--pool", "threads", "--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    name = f"fulfillment-{os.getpid()}@%h"
    build_app().worker_main(["--quiet", "worker", *flags, "--hostname", name])


@click.command()
def up() -> None:
    """Run everything in this terminal: database, embedded Valkey, receiver and worker.

    Ctrl-C ends all of it, the store last, and leaves nothing behind.
    """
    from worker.processes.supervisor import Supervisor
    from worker.store.database.database import Database
    from worker.store.schema import migrate

    settings = _settings()
    # An address that is taken is found before anything runs, and not five restarts later.
    open_socket(*settings.listen).close()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url.get_secret_value(), connections=1)
    migrate(database)
    database.close()
    supervisor = Supervisor({"receiver": ["worker.cli", "receiver"], "worker": ["worker.cli", "worker"]})
    with EmbeddedValkey(settings.data_dir) if settings.uses_embedded_valkey else nullcontext() as store:
        supervisor.run_until({signal.SIGINT, signal.SIGTERM}, on_poll=store.revive if store else None)
