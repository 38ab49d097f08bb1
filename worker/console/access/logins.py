"""Logs users in and out: password, limit of tries, session."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256

import structlog

from worker.console.access.form_tokens import form_token
from worker.console.access.login_limit import LoginLimit
from worker.console.access.passwords import Busy, is_password
from worker.console.access.users import CurrentUser, read_name, role_of
from worker.domain.errors import StoreError
from worker.store.console.sessions import SqlSessions
from worker.store.console.users import SqlUsers

SECRET_BYTES = 32
LONGEST_COOKIE = 100
"""Characters. A longer one is none of ours."""
WRONG = "The name or the password is wrong."

log = structlog.get_logger()


class LoginRefused(Exception):
    """Nobody was logged in. The message is a sentence for the page; *wait* is for how many seconds to wait."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Logins:
    """The logins of *users*."""

    users: SqlUsers
    sessions: SqlSessions
    limit: LoginLimit = field(default_factory=LoginLimit)

    def log_in(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session. Raises `LoginRefused`, and `StoreUnavailable`.

        Nobody learns whether there is a user with this *name*: neither the message nor the time tells.
        """
        user_name = read_name(name)
        if wait := self.limit.take(address, user_name):
            log.warning("console_login_limited", peer=address)
            raise LoginRefused(f"Too many wrong passwords. Wait for {int(wait) + 1} s, and try again.", wait)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        try:
            user = self.users.find(user_name) if user_name else None
            is_right = is_password(password, user.password if user else None)
            is_open = user is not None and is_right and self.sessions.open(_hash(secret), user.name, user.password)
        except (Busy, StoreError) as error:
            self.limit.give_back(address, user_name)
            if isinstance(error, StoreError):
                raise
            raise LoginRefused("Too many people log in right now. Try again in a moment.", 1.0) from None
        if user is None or not is_open:
            # What stands in the field of the name may be a password, so a name that is unknown is not written.
            log.warning("console_login_failed", peer=address, user=user.name if user else "")
            raise LoginRefused(WRONG)
        self.limit.give_back(address, user.name, is_known=True)
        log.info("console_login", peer=address, user=user.name, role=user.role)
        return secret

    def find(self, secret: str, *, is_click: bool = True) -> CurrentUser | None:
        """Return the user of the session with this *secret*; None if there is none. Raises `StoreUnavailable`.

        *is_click* is as in `SqlSessions.find`.
        """
        if not secret or len(secret) > LONGEST_COOKIE:
            return None
        user = self.sessions.find(_hash(secret), is_click=is_click)
        if user is None:
            return None
        token = form_token(secret.encode(), user.name)
        return CurrentUser(user.name, role_of(user.role), token, has_session=True)

    def log_out(self, secret: str) -> None:
        """End the session with this *secret*, if there is one. Raises `StoreUnavailable`."""
        self.sessions.end(_hash(secret))


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
