"""The receiver as a WSGI application, `webhook_receiver.wsgi:app`.

It fits any server in which a silent sender occupies no thread.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask

from webhook_receiver import create_app
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
    with exit_on_error(UNREACHABLE):  # after any other code, gunicorn would start us again and again
        app: Flask = globals().setdefault("app", _process.enter_context(open_app(load_settings(os.environ))))
    return app
