"""Makes the console's application from its parts."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from flask import Flask, g, request
from jinja2 import StrictUndefined
from markupsafe import Markup

from worker.console.access.form_tokens import FIELD
from worker.console.access.gate import add_gate, own_address
from worker.console.access.rules import open_to
from worker.console.access.users import Role
from worker.console.errors import add_error_pages
from worker.console.headers import add_headers
from worker.console.navigation import navigation
from worker.console.parts import AddRoutes, Parts
from worker.console.presentation.filters import add_filters
from worker.console.request_log import add_request_log
from worker.console.routes import ROUTES

MAX_FORM_BYTES = 65_536
MAX_FORM_FIELDS = 1_000
HERE = Path(__file__).parent


def create_app(parts: Parts, routes: Iterable[AddRoutes] = ROUTES) -> Flask:
    """Make the WSGI application of *parts* with the pages that *routes* add. Nothing is opened and no thread starts.

    Every request passes the gate of `parts.access`; see `worker.console.access.rules` for what a route allows whom.
    """
    app = Flask("worker.console", root_path=str(HERE), static_folder="static", template_folder="templates")
    open_to(None)(app.view_functions["static"])  # the page of the login needs its style
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES)
    app.config.update(MAX_FORM_PARTS=MAX_FORM_FIELDS)
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    add_request_log(app)
    add_headers(app)
    add_gate(app, parts.access)
    add_error_pages(app)
    add_filters(app, parts.context.settings.accounts)
    app.context_processor(_values_of_every_page)
    for add_routes in routes:
        add_routes(app, parts)
    return app


def _values_of_every_page() -> dict[str, object]:
    """Return the values that every template has."""
    user = g.get("user")
    return {
        "user": user,
        "may_act": bool(user and user.may(Role.OPERATOR)),
        "own_form": partial(_own_form, user.form_token if user else ""),
        "navigation": navigation(request.path),
        "here": own_address(),
    }


def _own_form(form_token: str) -> Markup:
    """Return the field that every form with the method POST needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token)
