"""The command `fulfillment receiver`."""

from functools import partial

import click

from worker.cli.options import WholeNumber


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

    Listens on the setting `listen` until SIGTERM or Ctrl-C, then answers what it has received.
    """
    from webhook_receiver.server.processes import open_socket, serve
    from webhook_receiver.wsgi import open_app
    from worker.cli.services.start import load_settings_and_log

    settings = load_settings_and_log()
    if processes > 1 and settings.database_url.get_secret_value().startswith("sqlite"):
        raise click.UsageError("SQLite has one writer: run one process, or set database_url to a PostgreSQL database.")
    max_body = max((source.max_body for source in settings.sources.values()), default=1024)
    with open_socket(*settings.listen) as sock:
        serve(partial(open_app, settings), sock, max_body=max_body, processes=processes)
