"""Puts the console together from its settings. Nothing is opened at import."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from flask import Flask

from worker.application.acting_user import acting_user
from worker.application.context import Context
from worker.console.access.access import Access
from worker.console.app import create_app
from worker.console.parts import Parts
from worker.settings import Settings
from worker.store.schema import open_store

CONNECTIONS = 8
"""As many as threads answer requests, with room for work behind them."""


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """Open the application with its parts for the length of the block. Raises `SchemaOutdated`, `StoreUnavailable`."""
    with closing(open_store(settings.database_url.get_secret_value(), CONNECTIONS)) as database:
        context = Context(settings, database)
        yield create_app(Parts(context, Access(acting_user(os.environ) or "local")))
