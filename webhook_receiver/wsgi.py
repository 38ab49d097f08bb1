"""The receiver as a WSGI application, `webhook_receiver.wsgi:app`.

The server that runs it must give no thread to a sender that is silent.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask

from webhook_receiver.app import create_app
from webhook_receiver.wiring import open_receiver
from worker.processes.exits import UNREACHABLE, exit_on_error
from worker.settings import Settings, load_settings


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """Open the application with its services for the length of the block. Raises what `open_receiver` raises."""
    with open_receiver(settings) as services:
        yield create_app(services)


_process = ExitStack()


def __getattr__(name: str) -> Flask:
    """Open `app` when a server asks for it, so that importing this module reads no setting."""
    if name != "app":
        raise AttributeError(name)
    with exit_on_error(UNREACHABLE):  # after any other exit code, gunicorn would restart its worker without end
        app: Flask = globals().setdefault("app", _process.enter_context(open_app(load_settings(os.environ))))
    return app
