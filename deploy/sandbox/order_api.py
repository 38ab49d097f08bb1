"""The only route of the simulated order API. It counts every call and responds to it."""

import re

from flask import Blueprint, Response, current_app, request
from werkzeug.http import http_date

from deploy.sandbox import errors
from deploy.sandbox.exchange import Exchange
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.platform import Platform
from deploy.sandbox.socket_responses import ConnectionReset
from deploy.sandbox.state import Sandbox

METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
PATH_LENGTH_KEPT = 200

order_api = Blueprint("order_api", __name__)


@order_api.route("/<rest:rest>", methods=METHODS, provide_automatic_options=False)
def respond(rest: str) -> Response:  # noqa: ARG001 - HttpRequest has the path undecoded
    """Respond to one call. Every path and method has this route, so that every call is counted."""
    sandbox: Sandbox = current_app.extensions["sandbox"]
    platform, state, http_request = sandbox.platform, sandbox.state, HttpRequest.from_flask(request)
    path = http_request.path[:PATH_LENGTH_KEPT]
    order_id = _order_id(platform, path)
    call = state.calls.record_call(http_request.method, path, order_id)
    limit_result = state.rate_limit.take()
    exchange = Exchange(platform, state, http_request, order_id, call)
    response = exchange.respond() if limit_result.is_allowed else exchange.fail(errors.too_many_requests())
    # A fault may already have set one of these headers.
    for name, value in {**platform.rate_limit_headers(limit_result), "Date": http_date(state.clock())}.items():
        response.headers.setdefault(name, value)
    state.calls.record_response(call, None if isinstance(response, ConnectionReset) else response.status_code)
    return response


def _order_id(platform: Platform, path: str) -> str | None:
    match = re.fullmatch(f"{re.escape(platform.base_path + platform.orders_path)}/([^/]+)", path)
    return match[1] if match else None
