"""The receiver as a WSGI application, `webhook_receiver.wsgi:app`.

The server that runs it must give no thread to a sender that is silent.
"""

import os
from contextlib import ExitStack

from flask import Flask

from webhook_receiver.wiring import open_app
from worker.processes.exits import UNREACHABLE, exit_on_error
from worker.processes.logs import configure_logs
from worker.processes.privacy import keep_private
from worker.settings import load_settings

_process = ExitStack()


def __getattr__(name: str) -> Flask:
    """Open `app` when a server asks for it, so that importing this module reads no setting."""
    if name != "app":
        raise AttributeError(name)
    with exit_on_error(UNREACHABLE):  # after any other exit code, gunicorn would restart its worker without end
        keep_private()  # here, because gunicorn sets the umask of its workers itself
        settings = load_settings(os.environ)
        configure_logs(settings.log_level, settings.log_format, secrets=settings.secret_values())
        app: Flask = globals().setdefault("app", _process.enter_context(open_app(settings)))
    return app
