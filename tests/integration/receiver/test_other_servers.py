"""The same application under a server that knows nothing of groups, and that checks what WSGI demands."""

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from tests.support.receiver import ReceiverHarness, document
from tests.support.wire import PATH, Connect, connections, delivery, request


class Quiet(WSGIRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@pytest.fixture
def connect(receiver: ReceiverHarness) -> Iterator[Connect]:
    """Connections to the application under `wsgiref`, whose validator sees each call and each answer."""
    server = make_server("127.0.0.1", 0, validator(receiver.app), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with connections(server.server_port) as connect:
            yield connect
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


def test_the_answers_are_those_of_our_own_server(connect: Connect, receiver: ReceiverHarness):
    assert connect().send(delivery(document(id="1"))).response().json["status"] == "accepted"
    assert connect().send(delivery(document(id="1"))).response().json["status"] == "duplicate"
    assert connect().send(delivery(b"\xff")).response().json["reason"] == "bad_text"
    forged = delivery(document()).replace(b"sha256=", b"sha256=0")
    assert connect().send(forged).response().problem == (401, "unauthenticated")
    assert connect().send(delivery(b"x" * 65_537)).response().problem == (413, "payload_too_large")
    assert connect().send(request(f"GET {PATH} HTTP/1.1")).response().problem == (405, "method_not_allowed")
    assert connect().send(request("GET /webhooks/nobody HTTP/1.1")).response().problem == (404, "unknown_source")
    assert connect().send(request("GET /healthz HTTP/1.1")).response().status == 200
    receiver.intake.available = False
    unavailable = connect().send(delivery(document(id="2"))).response()
    assert unavailable.problem == (503, "database_unavailable")
    assert int(unavailable.headers["Retry-After"]) > 0
