"""Every request passes here first: who sends it, whether that user may do it, and whether a page of ours sent it."""

from urllib.parse import urlencode

from flask import Flask, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from worker.console.access.access import LIVE_HEADER, Access, Stranger
from worker.console.access.cookies import cookie_name
from worker.console.access.form_tokens import FIELD, HEADER, is_from_here, is_part_of_other_site, is_token
from worker.console.access.requests import Request
from worker.console.access.return_paths import path_with_query
from worker.console.access.rules import LOOKS, needed_role
from worker.console.access.users import CurrentUser

FORGED = "This form does not come from a page of this console, or that page is too old. Load it again, and try again."
SESSION_OVER = "You are not logged in any more. Nothing was done. Log in, and try again."
PART = "A page of another site has asked for this, as a part of itself. Open the console by its own address."
UNREADABLE = "The address of this page cannot be read, because it is not UTF-8."
VIEWER = "You may look, but not act. An administrator can change that: fulfillment console users role NAME operator"
VIEWER_BY_PROXY = "You may look, but not act. The setting console.operators names those who may."


def add_gate(app: Flask, access: Access) -> None:
    """Let no request of *app* reach a page unless *access* allows it."""

    @app.before_request
    def pass_gate() -> ResponseReturnValue | None:
        g.user = None
        _refuse_unreadable_query()
        _refuse_parts_of_other_sites()
        view = current_app.view_functions.get(request.endpoint or "")
        role = needed_role(view, request.method)
        if role is None:
            _refuse_other_sites()
            return None
        user = access.identify(of_flask())
        if isinstance(user, Stranger):
            return _answer_stranger(user)
        g.user = user
        if not user.may(role):
            abort(403, VIEWER_BY_PROXY if access.settings.user_header else VIEWER)
        _refuse_other_sites()
        _refuse_foreign_form(user)
        return None


def of_flask() -> Request:
    """Return what the access needs to know of Flask's request."""
    environ = request.environ
    headers = {name.lower(): value for name, value in request.headers.items()}
    sent = Request(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_HOST", ""), headers)
    return sent._replace(session=request.cookies.get(cookie_name(sent), ""))


def own_address() -> str:
    """Return the address of the page that Flask's request asks for, with its query."""
    return path_with_query(request.path, request.query_string.decode("utf-8", "replace"))


def _refuse_unreadable_query() -> None:
    try:
        request.query_string.decode()
    except UnicodeDecodeError:  # Flask would fail at the first look into it
        abort(400, UNREADABLE)


def _refuse_parts_of_other_sites() -> None:
    """Let no other site make a browser ask again and again, which costs as much as a person who does."""
    if is_part_of_other_site(request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Sec-Fetch-Dest", "")):
        abort(403, PART)


def _answer_stranger(stranger: Stranger) -> ResponseReturnValue:
    """Lead to the login, from which a look comes back; an act, or a part of a page, is refused."""
    if stranger is not Stranger.HAS_TO_LOG_IN:
        abort(403, stranger.value)
    if request.method not in LOOKS:
        abort(401, SESSION_OVER)
    if LIVE_HEADER in request.headers:
        abort(401, stranger.value)
    return redirect(f"/login?{urlencode({'next': own_address()})}", 303)


def _refuse_foreign_form(user: CurrentUser) -> None:
    if request.method in LOOKS:
        return
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not is_token(sent, user.form_token):
        abort(403, FORGED)


def _refuse_other_sites() -> None:
    if request.method not in LOOKS and not is_from_here(
        request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", ""), request.host
    ):
        abort(403, FORGED)
