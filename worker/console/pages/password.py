"""The page on which users change their own password."""

import math

from flask import Flask, Response, g, make_response, render_template, request

from worker.console.access.access import Access
from worker.console.access.cookies import cookie_name, set_cookie
from worker.console.access.gate import of_flask
from worker.console.access.logins import LoginRefused
from worker.console.access.passwords import LONGEST, SHORTEST
from worker.console.access.rules import open_to
from worker.console.access.users import Role
from worker.console.parts import Parts, current_user
from worker.domain.errors import IllegalRequest

DIFFERENT = "The two new passwords are not the same."


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""

    @open_to(Role.VIEWER)
    def password() -> Response:
        if not current_user().has_session:
            raise IllegalRequest("you have not logged in with a password, so there is none that you could change")
        return _change(parts.access) if request.method == "POST" else _page()

    app.add_url_rule("/password", view_func=password, methods=["GET", "POST"])


def _change(access: Access) -> Response:
    sent, form = of_flask(), request.form
    new = form.get("password", "")
    if new != form.get("again", ""):
        return _page(DIFFERENT)
    try:
        name, address = current_user().name, access.address_of(sent)
        secret = access.logins.change_password(name, form.get("former", ""), new, address)
    except LoginRefused as refusal:
        return _page(str(refusal), refusal.wait)
    g.user = access.logins.find(secret)  # the page that follows has the form token of the new session
    response = make_response(render_template("password_done.html"))
    set_cookie(response, cookie_name(sent), secret)
    return response


def _page(problem: str = "", wait: float = 0.0) -> Response:
    values = {"problem": problem, "shortest": SHORTEST, "longest": LONGEST}
    response = make_response(render_template("password.html", **values), 429 if wait else 409 if problem else 200)
    if wait:
        response.headers["Retry-After"] = str(math.ceil(wait))
    return response
