"""The console beside the other processes of `up`: whether it may start, and what the banner says about it."""

from contextlib import closing
from typing import NamedTuple

from webhook_receiver.server.processes import CannotListen, open_socket
from worker.application.local import local_url
from worker.cli.local import runnable
from worker.console.start import require_access
from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.settings import Settings
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database

MAX_LINE = 400
OPEN = "everybody on this machine may act there, until it has users: fulfillment console users add NAME"


class Beside(NamedTuple):
    """Whether the console may start, and the lines of the banner about it."""

    may_start: bool
    lines: tuple[str, ...]


def console_beside(settings: Settings) -> Beside:
    """Find out whether the console may start beside the other processes. The schema must be up to date.

    Neither an address in use nor a missing login is an error: the orders go on without the console. Raises
    `StoreUnavailable`.
    """
    with closing(Database(settings.database_url.get_secret_value(), connections=1)) as database:
        has_users = SqlUsers(database).exist()
    try:
        require_access(settings.console, has_users=has_users)
        open_socket(*settings.console.listen).close()
    except (SettingsError, CannotListen) as error:
        return Beside(
            may_start=False, lines=("not served:", *(clean_text(line, MAX_LINE) for line in str(error).splitlines()))
        )
    is_open = not has_users and not settings.console.user_header
    return Beside(may_start=True, lines=(local_url(settings.console.listen), *([runnable(OPEN)] if is_open else [])))
