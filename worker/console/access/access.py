"""Finds out who sends a request: by a session, by the header of a trusted proxy, or on this machine."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from webhook_receiver.server.peers import is_local, is_trusted, peer_of
from worker.console.access.form_tokens import form_token
from worker.console.access.logins import Logins
from worker.console.access.requests import Request
from worker.console.access.users import CurrentUser, Role, read_name, read_name_of_header
from worker.settings.console import ConsoleSettings
from worker.settings.values import Network

LIVE_HEADER = "hx-request"
"""A live page sends it when it loads a part of itself again, without a click."""


class Stranger(Enum):
    """Why a request has no user, and what would give it one. The value is a sentence for the page."""

    HAS_TO_LOG_IN = "Log in first."
    COMES_PAST_THE_PROXY = (
        "This console knows its users by a proxy, and this request has no user from a proxy that it trusts. Open the"
        " address of the proxy; or compare console.trusted_proxies and console.user_header with what the proxy sends."
    )
    COMES_FROM_AFAR = (
        "This console has no users, so it is open to this machine only, at http://127.0.0.1 or http://localhost. To let"
        " people log in from elsewhere: fulfillment console users add NAME --role operator"
    )


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the console. *local_user* acts on this machine while the console has no users."""

    settings: ConsoleSettings
    logins: Logins
    local_user: str
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """Makes the form tokens of users without a session. After a restart, their open pages must be loaded again."""

    def identify(self, request: Request) -> CurrentUser | Stranger:
        """Return the user who sends *request*, or why it has none. Raises `StoreUnavailable`.

        If a header names the users, nothing else does. Else, as soon as there is one user, everybody has to log in.
        """
        if self.settings.user_header:
            return self._of_proxy(request)
        if user := self.logins.find(request.session, is_click=LIVE_HEADER not in request.headers):
            return user
        if self.logins.users.exist():
            return Stranger.HAS_TO_LOG_IN
        return self._on_this_machine(request)

    def address_of(self, request: Request) -> str:
        """Return the IP address of the client, as far as trusted proxies tell it; empty if it is unknown."""
        return peer_of(request.peer, request.headers.get("x-forwarded-for", ""), self._proxies)

    @property
    def _proxies(self) -> Sequence[Network]:
        return self.settings.trusted_proxies

    def _of_proxy(self, request: Request) -> CurrentUser | Stranger:
        name = read_name_of_header(request.headers.get(self.settings.user_header.lower(), ""))
        if not name or not is_trusted(request.peer, self._proxies):
            return Stranger.COMES_PAST_THE_PROXY
        may_act = name in map(read_name, self.settings.operators)
        return CurrentUser(name, Role.OPERATOR if may_act else Role.VIEWER, form_token(self.key, name))

    def _on_this_machine(self, request: Request) -> CurrentUser | Stranger:
        if not is_local(request.peer, request.host, request.headers):
            return Stranger.COMES_FROM_AFAR
        return CurrentUser(self.local_user, Role.OPERATOR, form_token(self.key, self.local_user))
