"""The command `fulfillment console`."""

import os

import click


@click.command()
def console() -> None:
    """Serve the console: a page in a browser that shows what is stuck and why, and lets an operator act.

    Listens on the address in the setting `console.listen`, by default http://127.0.0.1:8001. There, everybody on this
    machine may use it until it has users: `fulfillment console users add NAME`.
    """
    from worker.console.server import serve
    from worker.console.wiring import open_app
    from worker.processes.logs import configure_logs
    from worker.settings import load_settings

    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secret_values())
    serve(open_app(settings), settings.console.listen)
