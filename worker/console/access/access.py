"""Finds out who sends a request."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from webhook_receiver.server.peers import is_local
from worker.console.access.form_tokens import form_token
from worker.console.access.requests import Request
from worker.console.access.users import CurrentUser, Role


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the console. *local_user* acts on this machine while the console has no users."""

    local_user: str
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """Makes the form tokens of users without a session. After a restart, their open pages must be loaded again."""

    def identify(self, request: Request) -> CurrentUser | None:
        """Return the user who sends *request*; None for a stranger. Raises `StoreUnavailable`."""
        if is_local(request.peer, request.host, request.headers):
            return CurrentUser(self.local_user, Role.OPERATOR, form_token(self.key, self.local_user))
        return None


Identify = Callable[[Request], CurrentUser | None]
