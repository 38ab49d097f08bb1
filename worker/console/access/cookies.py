"""The cookie that has the secret of a session."""

from flask import Response

from webhook_receiver.server.peers import is_local
from worker.console.access.requests import Request
from worker.store.console.sessions import LONGEST

SECURE_NAME = "__Host-fulfillment"
"""A browser sets a cookie with this beginning only over HTTPS, and for this very host."""
LOCAL_NAME = "fulfillment"
"""The name on this machine, where there is no HTTPS."""
_MICROSECONDS = 1_000_000


def cookie_name(request: Request) -> str:
    """Return the name of the cookie that *request* may have. Beyond this machine, only HTTPS carries it."""
    return LOCAL_NAME if is_local(request.peer, request.host, request.headers) else SECURE_NAME


def set_cookie(response: Response, name: str, secret: str) -> None:
    """Give the browser the *secret* of a session. No script can read it, and no other site's form sends it."""
    is_secure = name == SECURE_NAME
    age = LONGEST // _MICROSECONDS
    response.set_cookie(name, secret, max_age=age, secure=is_secure, httponly=True, samesite="Lax", path="/")


def delete_cookie(response: Response, name: str) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(name, secure=name == SECURE_NAME, httponly=True, samesite="Lax", path="/")
