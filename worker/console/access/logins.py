"""Logs users in and out, and changes their passwords: check of a password, limit of tries, session."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256

import structlog

from worker.console.access.form_tokens import form_token
from worker.console.access.login_limit import LoginLimit
from worker.console.access.passwords import Busy, hash_password, is_password, problem_of, turn
from worker.console.access.users import CurrentUser, read_name, role_of
from worker.domain.errors import StoreError
from worker.store.console.sessions import SqlSessions
from worker.store.console.users import SqlUsers, StoredUser

SECRET_BYTES = 32
LONGEST_COOKIE = 100
"""Characters. A longer one is none of ours."""
WRONG = "The name or the password is wrong."
WRONG_FORMER = "The present password is wrong."
NOT_NEW = "The new password is the present one."
OVERTAKEN = "The password was changed meanwhile, by somebody else. Log in with that one."
BUSY = "Too many passwords are being checked right now. Try again in a moment."

log = structlog.get_logger()


class LoginRefused(Exception):
    """Nothing was done. The message is a sentence for the page; *wait* is for how many seconds to wait."""

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
        user = self._user_with(read_name(name), password, address)
        secret = self._open_session(user.name, user.password) if user else ""
        if user is None or not secret:
            raise LoginRefused(WRONG)
        log.info("console_login", peer=address, user=user.name, role=user.role)
        return secret

    def change_password(self, name: str, former: str, password: str, address: str) -> str:
        """Give the user *name* a new *password*, end all sessions of this user, and return the secret of a new one.

        *former* is the password until now. Raises `LoginRefused`, and `StoreUnavailable`.
        """
        if problem := NOT_NEW if password == former else problem_of(password, name):
            raise LoginRefused(problem)
        user = self._user_with(name, former, address)
        if user is None:
            raise LoginRefused(WRONG_FORMER)
        new_hash = _hash_in_turn(password)
        if not self.users.set_password(name, new_hash, former=user.password, done_by=name):
            raise LoginRefused(OVERTAKEN)
        log.info("console_password_changed", peer=address, user=name)
        if secret := self._open_session(name, new_hash):
            return secret
        raise LoginRefused(OVERTAKEN)

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

    def _user_with(self, name: str, password: str, address: str) -> StoredUser | None:
        """Return the user with this *name* and *password*; None counts as a wrong try from *address* and for *name*.

        Raises `LoginRefused` when there is no try left, or no turn for a check.
        """
        if wait := self.limit.take(address, name):
            log.warning("console_login_limited", peer=address)
            raise LoginRefused(f"Too many wrong passwords. Wait for {int(wait) + 1} s, and try again.", wait)
        try:
            user = self.users.find(name) if name else None
            is_right = is_password(password, user.password if user else None)
        except (Busy, StoreError) as error:
            self.limit.give_back(address, name)
            if isinstance(error, StoreError):
                raise
            raise LoginRefused(BUSY, 1.0) from None
        if user is None or not is_right:
            # What stands in the field of the name may be a password, so a name that is unknown is not written.
            log.warning("console_login_failed", peer=address, user=user.name if user else "")
            return None
        self.limit.give_back(address, name, is_known=True)
        return user

    def _open_session(self, name: str, password_hash: str) -> str:
        """Return the secret of a new session; empty if the hash of the user's password is another one by now."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        return secret if self.sessions.open(_hash(secret), name, password_hash) else ""


def _hash_in_turn(password: str) -> str:
    """Return the hash of *password*. It costs as much as a check, so it waits for its turn like one."""
    try:
        with turn():
            return hash_password(password)
    except Busy:
        raise LoginRefused(BUSY, 1.0) from None


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
