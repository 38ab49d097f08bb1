"""The login and the logout."""

import math

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from worker.console.access.access import Access, Stranger
from worker.console.access.cookies import SECURE_NAME, cookie_name, delete_cookie, set_cookie
from worker.console.access.gate import of_flask
from worker.console.access.logins import LoginRefused
from worker.console.access.return_paths import return_path
from worker.console.access.rules import open_to
from worker.console.access.users import CurrentUser, Role
from worker.console.parts import Parts

NEEDS_HTTPS = (
    "Log in over HTTPS: over HTTP, everybody on the way could read the password. Put a TLS proxy before the console;"
    " deploy/nginx.conf has an example."
)


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the pages to *app*."""
    access = parts.access

    @open_to(None)
    def login() -> ResponseReturnValue:
        wanted = return_path(request.args.get("next", ""))
        if isinstance(access.identify(of_flask()), CurrentUser):
            return redirect(wanted, 303)
        _refuse_where_nobody_logs_in(access)
        return _page(wanted)

    @open_to(None)
    def log_in() -> ResponseReturnValue:
        _refuse_where_nobody_logs_in(access)
        return _log_in(access)

    @open_to(Role.VIEWER)
    def log_out() -> ResponseReturnValue:
        sent = of_flask()
        access.logins.log_out(sent.session)
        response = make_response(redirect("/login", 303))
        delete_cookie(response, cookie_name(sent))
        return response

    app.add_url_rule("/login", "login", login, methods=["GET"])
    app.add_url_rule("/login", "log_in", log_in, methods=["POST"])
    app.add_url_rule("/logout", "log_out", log_out, methods=["POST"])


def _refuse_where_nobody_logs_in(access: Access) -> None:
    """Refuse a login, and say why, if there are no users, or if a proxy names them."""
    stranger = access.identify(of_flask()._replace(session=""))
    if isinstance(stranger, Stranger) and stranger is not Stranger.HAS_TO_LOG_IN:
        abort(403, stranger.value)


def _log_in(access: Access) -> ResponseReturnValue:
    sent, form = of_flask(), request.form
    cookie, wanted = cookie_name(sent), return_path(form.get("next", ""))
    if cookie == SECURE_NAME and request.headers.get("Origin", "").startswith("http://"):
        abort(403, NEEDS_HTTPS)
    try:
        secret = access.logins.log_in(form.get("name", ""), form.get("password", ""), access.address_of(sent))
    except LoginRefused as refusal:
        return _page(wanted, str(refusal), refusal.wait)
    response = make_response(redirect(wanted, 303))
    set_cookie(response, cookie, secret)
    return response


def _page(wanted: str, problem: str = "", wait: float = 0.0) -> Response:
    status = 429 if wait else 401 if problem else 200
    response = make_response(render_template("login.html", wanted=wanted, problem=problem), status)
    if wait:
        response.headers["Retry-After"] = str(math.ceil(wait))
    return response
