"""The WSGI application: the pages about the receiver itself, which Flask serves, and the deliveries before them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, request
from werkzeug.exceptions import HTTPException

from webhook_receiver.answers import Answer, answer_of, answer_to, answer_to_error
from webhook_receiver.http_requests import request_headers
from webhook_receiver.problems import ProblemReason, problem
from webhook_receiver.reception import Reception, Reply, refusal
from webhook_receiver.requests import Sender
from webhook_receiver.server.peers import Network, is_local
from webhook_receiver.views import Deliveries, client_address, is_odd
from worker.domain.errors import StoreError
from worker.domain.reasons import DeliveryOutcome

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

bp = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class ReceiverServices:
    """The services that the receiver uses.

    *ready* returns the state of each part; the receiver is ready while its `database` is `ok`. *metrics* returns the
    metrics in the text format of Prometheus. Both show how the service is doing to clients with the *metrics_token*;
    without one in the settings, to clients on this machine. *trusted_proxies* tell the addresses of their clients.
    """

    reception: Reception
    ready: Callable[[], Mapping[str, str]]
    metrics: Callable[[], bytes]
    metrics_token: str = field(default="", repr=False)
    trusted_proxies: Sequence[Network] = ()


def create_app(services: ReceiverServices) -> Flask:
    """Make the WSGI application for *services*. Nothing is opened and no thread starts here.

    Deliveries do not pass through Flask, which would cost them a third more; all other requests do.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would lose the body
    app.extensions["receiver"] = services
    app.register_blueprint(bp)
    app.wsgi_app = Deliveries(services.reception, services.trusted_proxies, app.wsgi_app)  # type: ignore[method-assign]
    return app


@bp.get("/healthz", provide_automatic_options=False)
def healthz() -> Response:
    """Answer 200: this process is alive."""
    return _response(answer_to(Reply(200, {"status": "alive"})))


@bp.get("/readyz", provide_automatic_options=False)
def readyz() -> Response:
    """Answer 200 when deliveries can be written, else 503. The parts are for those who may see the metrics."""
    parts = _services().ready()
    shown = parts if _may_see_metrics() else {}
    if parts["database"] == "ok":
        return _response(answer_to(Reply(200, {"status": "ready", **shown})))
    return _response(answer_to(Reply(503, {**problem(ProblemReason.NOT_READY), **shown})))


@bp.get("/metrics", provide_automatic_options=False)
def metrics() -> Response:
    """Show the metrics to a client with the token; if the settings have none, to this machine."""
    services = _services()
    if not _may_see_metrics():
        peer = client_address(request.environ, services.trusted_proxies)
        services.reception.note(Sender("", DeliveryOutcome.REFUSED, peer), "", "")  # somebody may guess at the token
        abort(401)
    return _response(answer_of(200, METRICS_TYPE, services.metrics()))


@bp.before_app_request
def refuse_odd_targets() -> None:
    """Answer 404 to a target that begins with `//`, because servers differ in what they make of the slashes."""
    if is_odd(request.environ):
        abort(404)


@bp.app_errorhandler(HTTPException)
def answer_with_problem(error: HTTPException) -> Response:
    """Answer an error of the framework with problem details. A delivery to a wrong path is counted."""
    reception = _services().reception
    # The name of a source at the end says that its sender means us. A stranger does not know such a name.
    if error.code == HTTPStatus.NOT_FOUND and request.path.rstrip("/").rpartition("/")[2] in reception.receiving:
        peer = client_address(request.environ, _services().trusted_proxies)
        reception.refuse(Sender("", DeliveryOutcome.UNKNOWN_SOURCE, peer), path=request.path)
    return _response(answer_to_error(error))


@bp.app_errorhandler(StoreError)
def answer_without_database(_error: StoreError) -> Response:
    """Answer 503 when the database cannot be read."""
    return _response(answer_to(refusal(ProblemReason.DATABASE_UNAVAILABLE)))


def _services() -> ReceiverServices:
    return cast("ReceiverServices", current_app.extensions["receiver"])


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)


def _may_see_metrics() -> bool:
    token = _services().metrics_token
    return _has_token(token) if token else _is_local()


def _is_local() -> bool:
    """Tell whether the client is on this machine. A target in absolute form is for a proxy, so the client is not."""
    environ = request.environ
    is_absolute = not str(environ.get("REQUEST_URI", "/")).startswith("/")
    address, host = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_HOST", "")
    return not is_absolute and is_local(address, host, request_headers(environ))


def _has_token(token: str) -> bool:
    authorization = request.environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
    return compare_digest(authorization, f"Bearer {token}".encode())
