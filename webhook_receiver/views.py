"""The route of deliveries, from a WSGI environment to the answer. `reception` decides."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from wsgiref.types import StartResponse, WSGIApplication

import structlog
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, RequestEntityTooLarge

from webhook_receiver.answers import Answer, answer_to, answer_to_error
from webhook_receiver.http_requests import Environ, read_body, request_headers, request_target
from webhook_receiver.problems import ProblemReason
from webhook_receiver.reception import DELIVERIES, PendingReply, Reception, refusal
from webhook_receiver.requests import Request, Sender
from webhook_receiver.server.peers import Network, peer_of
from worker.domain.reasons import DeliveryOutcome, RefusalReason

log = structlog.get_logger()


class Deliveries:
    """The WSGI application that takes in deliveries, and hands all other requests to *others*.

    To call it reads the delivery and submits it to the database. The first piece of the answer is made after the
    commit. So a server that calls it for several requests, before it asks for an answer, has them written together.
    """

    def __init__(self, reception: Reception, trusted_proxies: Sequence[Network], others: WSGIApplication) -> None:
        self._reception, self._trusted_proxies, self._others = reception, trusted_proxies, others

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        name = _source_name(environ)
        if not name:
            return self._others(environ, start_response)
        return _pieces(environ, start_response, self._submit(name, environ))

    def _submit(self, name: str, environ: Environ) -> Callable[[], Answer]:
        """Submit a delivery, and return what makes its answer."""
        try:
            pending = self._receive(name, environ)
        except Exception as error:  # noqa: BLE001 - it is answered
            return partial(_answer_to_failure, error, environ)
        return lambda: answer_to(pending())

    def _receive(self, name: str, environ: Environ) -> PendingReply:
        peer = client_address(environ, self._trusted_proxies)
        receiving = self._reception.find(name, peer)
        if receiving is None:
            return lambda: refusal(ProblemReason.UNKNOWN_SOURCE)
        method = environ["REQUEST_METHOD"]
        if method not in receiving.format.methods:
            self._reception.refuse(Sender(name, DeliveryOutcome.REFUSED, peer), RefusalReason.WRONG_METHOD)
            raise MethodNotAllowed(sorted(receiving.format.methods))
        try:
            body = read_body(environ, receiving.source.max_body)
        except RequestEntityTooLarge:
            self._reception.refuse(Sender(name, DeliveryOutcome.REFUSED, peer), RefusalReason.TOO_LARGE)
            raise
        request = Request(method, request_target(environ), request_headers(environ), body, peer)
        return self._reception.submit(receiving, request)


def _source_name(environ: Environ) -> str:
    """Return the name of the source in the path; empty if the request is for no source.

    One slash may follow the name, because some senders add it; the signature covers the path as it was sent. A target
    that begins with `//` is for no source, because servers differ in what they make of the slashes.
    """
    path = environ.get("PATH_INFO", "")
    name, _, rest = path.removeprefix(DELIVERIES).partition("/")
    return name if path.startswith(DELIVERIES) and not rest and not is_odd(environ) else ""


def is_odd(environ: Environ) -> bool:
    """Tell whether the target begins with `//`."""
    return request_target(environ).startswith(b"//")


def client_address(environ: Environ, trusted_proxies: Sequence[Network]) -> str:
    """Return the IP address of the client, as far as trusted proxies tell it; empty if it is unknown."""
    return peer_of(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted_proxies)


def _pieces(environ: Environ, start_response: StartResponse, answer: Callable[[], Answer]) -> Iterator[bytes]:
    """Make the answer when the server asks for its first piece, which is the whole body."""
    try:
        status, headers, body = answer()
    except Exception as error:  # noqa: BLE001 - it is answered
        status, headers, body = _answer_to_failure(error, environ)
    start_response(status, headers)
    yield b"" if environ["REQUEST_METHOD"] == "HEAD" else body


def _answer_to_failure(error: Exception, environ: Environ) -> Answer:
    """Answer an error of the request, or else log the defect. Other deliveries of the group know nothing of it."""
    if isinstance(error, HTTPException):
        return answer_to_error(error)
    log.error("delivery_failed", path=environ["PATH_INFO"], exc_info=error)
    return answer_to_error(InternalServerError())
