"""The routes: from HTTP to plain values, and back. `reception` decides."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import Rule

from webhook_receiver.problems import CONTENT_TYPE, ProblemReason, problem, problem_of_status
from webhook_receiver.reception import Reception, Reply, refusal
from webhook_receiver.requests import Request
from worker.domain.errors import StoreError

RETRY_AFTER_SECONDS = "5"
FORWARDING_HEADERS = ("FORWARDED", "VIA", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP")
"""The headers by which a proxy shows that it forwards a request."""
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

bp = Blueprint("receiver", __name__)


@dataclass(frozen=True, slots=True)
class ReceiverServices:
    """The services that the routes use.

    *ready* returns the state of each part; the receiver is ready while its `database` is `ok`. *metrics* returns the
    metrics in the text format of Prometheus. Without a *metrics_token*, only this machine gets the metrics.
    """

    reception: Reception
    ready: Callable[[], Mapping[str, str]]
    metrics: Callable[[], bytes]
    metrics_token: str = field(default="", repr=False)


def _services() -> ReceiverServices:
    return cast("ReceiverServices", current_app.extensions["receiver"])


@bp.before_app_request
def refuse_odd_targets() -> None:
    """Answer 404 to a target that begins with `//`, because servers differ in what they make of the slashes."""
    if _target().startswith(b"//"):
        abort(404)


def receive(name: str) -> Response:
    """Take in one delivery."""
    reception = _services().reception
    receiving = reception.find(name)
    if receiving is None:
        return _reply(refusal(ProblemReason.UNKNOWN_SOURCE))
    if request.method not in receiving.format.methods:
        raise MethodNotAllowed(sorted(receiving.format.methods))
    body = _body(receiving.source.max_body)
    return _reply(reception.receive(receiving, Request(request.method, _target(), _headers(), body)))


@bp.record_once
def route_deliveries(state: BlueprintSetupState) -> None:
    """Route every method to `receive`, because each source has methods of its own, and 405 names them."""
    endpoint = f"{bp.name}.{receive.__name__}"
    state.app.url_map.add(Rule("/webhooks/<name>", endpoint=endpoint))
    state.app.view_functions[endpoint] = receive


@bp.get("/healthz", provide_automatic_options=False)
def healthz() -> Response:
    """Answer 200: this process is alive."""
    return _reply(Reply(200, {"status": "alive"}))


@bp.get("/readyz", provide_automatic_options=False)
def readyz() -> Response:
    """Answer 200 when deliveries can be written, else 503. The state of the broker is only shown."""
    parts = _services().ready()
    if parts["database"] == "ok":
        return _reply(Reply(200, {"status": "ready", **parts}))
    return _reply(Reply(503, {**problem(ProblemReason.NOT_READY), **parts}))


@bp.get("/metrics", provide_automatic_options=False)
def metrics() -> Response:
    """Show the metrics to this machine, or to a client with the token."""
    if not (_is_local() or _has_token(_services().metrics_token)):
        abort(401)
    return Response(_services().metrics(), content_type=METRICS_TYPE)


@bp.app_errorhandler(HTTPException)
def answer_with_problem(error: HTTPException) -> Response:
    """Answer an error of the framework with problem details, and with the headers of the error (`Allow`)."""
    status = error.code or 500
    response = _reply(Reply(status, problem_of_status(status)))
    response.headers.extend({name: value for name, value in error.get_headers() if name != "Content-Type"})
    return response


@bp.app_errorhandler(StoreError)
def answer_without_database(_error: StoreError) -> Response:
    """Answer 503 when the database cannot be read."""
    return _reply(refusal(ProblemReason.DATABASE_UNAVAILABLE))


def _reply(reply: Reply) -> Response:
    content_type = CONTENT_TYPE if reply.status >= HTTPStatus.BAD_REQUEST else "application/json"
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if reply.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    text = json.dumps(reply.body) if reply.text is None else reply.text
    return Response(text, reply.status, headers, content_type=content_type)


def _headers() -> dict[str, str]:
    """Return all headers of the request, by their names in lower case."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in request.environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return cast("dict[str, str]", headers)


def _target() -> bytes:
    """Return the request target as received.

    If the server does not pass it on, it is rebuilt. If that is not the target as sent, the signature does not match.
    """
    environ = request.environ
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        raw = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), encoding="latin-1")
        raw += "?" + environ.get("QUERY_STRING", "")
    return str(raw).encode("latin-1", "replace")


def _body(limit: int) -> bytes:
    """Return the whole body. Raises 413 when it has more than *limit* bytes, and 400 when it was cut short.

    At most *limit* + 1 bytes are read, whether the request has a `Content-Length` or not.
    """
    length = request.content_length
    if length is None and not request.environ.get("wsgi.input_terminated"):
        return b""
    if length is not None and length > limit:
        raise RequestEntityTooLarge
    body = bytearray()
    most = limit + 1 if length is None else length
    try:
        while chunk := request.environ["wsgi.input"].read(most - len(body)):
            body += chunk
    except Exception as error:  # each server has exceptions of its own for broken and truncated chunks
        raise BadRequest from error
    if len(body) > limit:
        raise RequestEntityTooLarge
    if len(body) < (length or 0):
        raise BadRequest
    return bytes(body)


def _is_local() -> bool:
    """Tell whether the client is on this machine, and does not forward the request of another client."""
    peer = request.environ.get("REMOTE_ADDR", "").removeprefix("::ffff:")
    return (peer == "::1" or peer.startswith("127.")) and not any(
        f"HTTP_{name}" in request.environ for name in FORWARDING_HEADERS
    )


def _has_token(token: str) -> bool:
    authorization = request.environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
    return bool(token) and compare_digest(authorization, f"Bearer {token}".encode())
