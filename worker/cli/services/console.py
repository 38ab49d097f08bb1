"""Runs the console, for `fulfillment console`."""

import os


def serve_console() -> None:
    """Serve the console until SIGTERM or SIGINT. Raises `SettingsError`, `StoreError` and `CannotListen`."""
    from worker.console.server import serve
    from worker.console.wiring import open_app
    from worker.processes.logs import configure_logs
    from worker.settings import load_settings

    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secret_values())
    serve(open_app(settings), settings.console.listen)
