"""The command `fulfillment receiver`."""

import os
from functools import partial

import click

from worker.cli.options import WholeNumber

MAX_BODY_WITHOUT_SOURCES = 1024
"""Bytes."""


@click.command()
@click.option(
    "--processes",
    type=WholeNumber(1, 32),
    default=1,
    show_default=True,
    help="Processes that share the address; more than one needs PostgreSQL.",
)
def receiver(processes: int) -> None:
    """Receive signed webhooks: verify, write to the database, acknowledge.

    Listens on the address in the setting `listen`. At SIGTERM or Ctrl-C, it answers the requests that it has received,
    and ends.
    """
    from webhook_receiver.server.processes import open_socket, serve
    from webhook_receiver.wiring import open_app
    from worker.processes.logs import configure_logs
    from worker.settings import load_settings

    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secret_values())
    if processes > 1 and settings.database_url.get_secret_value().startswith("sqlite"):
        raise click.UsageError("SQLite has one writer: run one process, or set database_url to a PostgreSQL database.")
    max_body = max((source.max_body for source in settings.sources.values()), default=MAX_BODY_WITHOUT_SOURCES)
    with open_socket(*settings.listen) as sock:
        proxies = settings.trusted_proxies
        serve(partial(open_app, settings), sock, max_body=max_body, processes=processes, proxies=proxies)
