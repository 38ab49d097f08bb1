"""Puts the console together from its settings. Nothing is opened at import."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import structlog
from flask import Flask

from worker.application.acting_user import acting_user
from worker.application.context import Context
from worker.console.access.access import Access
from worker.console.access.logins import Logins
from worker.console.app import create_app
from worker.console.parts import Parts
from worker.console.start import require_access
from worker.settings import Settings
from worker.store.console.sessions import SqlSessions
from worker.store.console.users import SqlUsers
from worker.store.schema import open_store

CONNECTIONS = 8
"""As many as threads answer requests, with room for work behind them."""

log = structlog.get_logger()


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """Open the application with its parts for the length of the block.

    Raises `SettingsError` if others than this machine could use it without a login, `SchemaOutdated`, and
    `StoreUnavailable`.
    """
    with closing(open_store(settings.database_url.get_secret_value(), CONNECTIONS)) as database:
        users = SqlUsers(database)
        require_access(settings.console, has_users=users.exist())
        logins = Logins(users, SqlSessions(database))
        access = Access(settings.console, logins, acting_user(os.environ) or "local")
        with closing(Parts(Context(settings, database, _log_notice), access)) as parts:
            yield create_app(parts)


def _log_notice(text: str) -> None:
    """Log what a command would print while it waits: nobody reads the console's stderr as text."""
    log.info("console_notice", detail=text)
