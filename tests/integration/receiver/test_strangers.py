"""What strangers get from the receiver over real sockets: safe headers, no state, no secret, no trace of an address."""

import pytest

from tests.support.receiver import SECRET, TOKEN, ReceiverHarness, document, signed
from tests.support.wire import PATH, Connect, chunked_delivery, delivery, request
from webhook_receiver.server.timeouts import Timeouts

CHALLENGE = b'{"type":"verification","challenge":"x"}'
FORGED = "sha256=" + "0" * 64
SIZE = str(len(document()))
ENDINGS = [
    (202, delivery(document())),
    (202, delivery(b"{")),
    (401, delivery(document(), X_Awal_Signature_256=FORGED)),
    (
        401,
        request(f"POST {PATH} HTTP/1.1", document(), **signed(document(), timestamp="1000000000"), Content_Length=SIZE),
    ),
    (404, request("POST /webhooks/nobody HTTP/1.1", Content_Length="0")),
    (404, request("GET /nothing HTTP/1.1")),
    (404, request("GET //metrics HTTP/1.1")),
    (405, request("BREW /webhooks/courier HTTP/1.1")),
    (413, chunked_delivery(b"x" * 200_000, size=8192)),
    (431, request("GET /healthz HTTP/1.1", X="x" * 20_000)),
    (400, b"nonsense\r\n\r\n"),
    (400, request(f"POST {PATH} HTTP/1.1", Content_Length="3", Transfer_Encoding="chunked")),
    (501, request(f"POST {PATH} HTTP/1.1", Transfer_Encoding="gzip, chunked")),
    (408, b"POST / HTTP/1.1\r\n"),
    (200, request("GET /healthz HTTP/1.1")),
    (200, request("HEAD /healthz HTTP/1.1")),
    (200, request("GET /readyz HTTP/1.1")),
    (200, request("GET /metrics HTTP/1.1")),
    (200, request("POST /webhooks/awalchat HTTP/1.1", CHALLENGE, Content_Length=str(len(CHALLENGE)))),
]


@pytest.fixture
def receiver() -> ReceiverHarness:
    return ReceiverHarness(token="")


@pytest.fixture
def timeouts() -> Timeouts:
    return Timeouts(silence_seconds=3.0)


@pytest.mark.parametrize(("status", "raw"), ENDINGS, ids=[f"{status}-{n}" for n, (status, _) in enumerate(ENDINGS)])
def test_no_answer_may_be_guessed_at_or_kept_and_none_has_a_secret(connect: Connect, status: int, raw: bytes):
    closing = raw.replace(b"Host: localhost\r\n", b"Host: localhost\r\nConnection: close\r\n", 1)
    answer = connect().send(closing).stream.read()
    head = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert head[0].split()[1] == str(status).encode()
    assert {b"x-content-type-options: nosniff", b"cache-control: no-store"} <= {*head}
    signature = signed(document())["X-Awal-Signature-256"].encode()
    for secret in (SECRET, TOKEN.encode(), signature, signature.removeprefix(b"sha256="), FORGED.encode()):
        assert secret not in answer


def test_a_defect_is_answered_with_the_same_headers(connect: Connect, receiver: ReceiverHarness):
    receiver.intake.write = None  # type: ignore[assignment, method-assign]
    response = connect().send(delivery(document())).response()
    assert response.problem == (500, "internal_server_error")
    assert (response.headers["X-Content-Type-Options"], response.headers["Cache-Control"]) == ("nosniff", "no-store")


def test_metrics_and_the_state_of_the_broker_are_for_this_machine(connect: Connect):
    for headers in ({}, {"X_Forwarded_For": "203.0.113.5"}, {"Via": "1.1 proxy"}):
        is_local = not headers
        metrics = connect().send(request("GET /metrics HTTP/1.1", **headers)).response()
        ready = connect().send(request("GET /readyz HTTP/1.1", **headers)).response()
        assert (metrics.status, ready.status) == (200 if is_local else 401, 200)
        assert ("broker" in ready.json) is is_local


@pytest.mark.parametrize("host", ["hooks.example.com", "localhost.evil.example", "evil.example:8000"])
def test_a_page_in_a_browser_cannot_read_them_by_a_name_that_leads_here(connect: Connect, host: str):
    def get(path: str) -> bytes:
        return request(f"GET {path} HTTP/1.1").replace(b"Host: localhost", f"Host: {host}".encode())

    assert connect().send(get("/metrics")).response().problem == (401, "unauthenticated")
    assert connect().send(get("/readyz")).response().json == {"status": "ready"}
    assert connect().send(get("/metrics").replace(b"Host:", b"X-Host:")).response().status == 401


def test_two_headers_host_are_never_those_of_this_machine(connect: Connect):
    for other in (b"evil.example", b"localhost"):
        raw = request("GET /metrics HTTP/1.1").replace(b"Host: localhost", b"Host: localhost\r\nHost: " + other)
        assert connect().send(raw).response().status in {400, 401}


def test_a_target_in_absolute_form_is_for_a_proxy(connect: Connect):
    raw = request("GET http://localhost/metrics HTTP/1.1")
    assert connect().send(raw).response().status == 401


def test_each_delivery_keeps_the_address_of_its_sender(connect: Connect, receiver: ReceiverHarness):
    connect().send(delivery(document(), X_Forwarded_For="203.0.113.5")).response()
    assert [stored.delivery.peer for stored in receiver.intake.deliveries.values()] == ["127.0.0.1"]
