"""Every request passes here first: who sends it, whether that user may do it, and whether a page of ours sent it."""

from flask import Flask, abort, current_app, g, request

from worker.console.access.access import Access
from worker.console.access.form_tokens import FIELD, HEADER, is_from_here, is_token
from worker.console.access.requests import Request
from worker.console.access.rules import LOOKS, needed_role

FORGED = "This form does not come from a page of this console, or that page is too old. Load it again, and try again."
NOT_ALLOWED = "You may look, but not act. Ask for the role operator: fulfillment console users role NAME operator"


def add_gate(app: Flask, access: Access) -> None:
    """Let no request of *app* reach a page unless *access* allows it."""

    @app.before_request
    def pass_gate() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        role = needed_role(view, request.method)
        g.user = access.identify(_of_flask())
        if role and g.user is None:
            abort(401)
        if role and not g.user.may(role):
            abort(403, NOT_ALLOWED)
        if request.method not in LOOKS:
            _require_own_form()


def _require_own_form() -> None:
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    token = g.user.form_token if g.user else ""
    if not (is_from_here(dict(request.headers), request.host) and is_token(sent, token)):
        abort(403, FORGED)


def _of_flask() -> Request:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.environ.get("REMOTE_ADDR", ""), request.environ.get("HTTP_HOST", ""), headers)
