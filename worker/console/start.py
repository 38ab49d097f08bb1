"""Whether the console may start where it is to listen."""

from webhook_receiver.server.peers import is_loopback
from worker.domain.errors import SettingsError
from worker.settings.console import ConsoleSettings

_LOOPBACK_NAMES = {"localhost"}


def require_access(settings: ConsoleSettings, *, has_users: bool) -> None:
    """Raise `SettingsError` if others than this machine could use the console without a login."""
    if has_users or settings.user_header or is_on_loopback(settings):
        return
    raise SettingsError(
        f"console.listen is {settings.listen}, beyond this machine, and the console has no users, so everybody could"
        " act.\nAdd a user first: fulfillment console users add NAME --role operator.\nOr listen on 127.0.0.1, or let a"
        " proxy log people in: console.user_header and console.trusted_proxies."
    )


def is_on_loopback(settings: ConsoleSettings) -> bool:
    """Tell whether only this machine can reach the console."""
    host = settings.listen.host
    return host.lower() in _LOOPBACK_NAMES or is_loopback(host)
