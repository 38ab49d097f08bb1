"""The receiver over real sockets: raw bytes in, one of its answers out."""

from collections.abc import Iterator

import pytest

from tests.support.receiver import Receiver, news
from tests.support.wire import PATH, Connect, chunked, delivery, lines, request, serving
from webhook_receiver.server.server import Timeouts


@pytest.fixture
def operator() -> Receiver:
    return Receiver()


@pytest.fixture
def connect(operator: Receiver) -> Iterator[Connect]:
    with serving(operator.app, Timeouts()) as (_, port), lines(port) as connect:
        yield connect


# ---------------------------------------------------------------------------------------------------- honest requests


def test_honest_deliveries_are_accepted_in_every_shape_that_http_gives_them(connect: Connect):
    wire = delivery(news(id="1"))
    assert connect().send(wire).reply().status == 202
    assert connect().send(chunked(news(id="2"))).reply().status == 202
    assert connect().send(delivery(news(id="3"), PATH + "?a=%20&b")).reply().status == 202
    assert connect().send(delivery(news(id="4"), "/webhooks/%63ourier")).reply().status == 202
    assert connect().send(delivery(news(id="5")).replace(b"HTTP/1.1", b"HTTP/1.0")).reply().status == 202
    assert connect().send(b"\r\n\r\n" + delivery(news(id="6"))).reply().status == 202


def test_an_answer_leaves_in_one_piece(connect: Connect):
    line = connect()
    for n in range(30):
        line.send(delivery(news(id=str(n))))
        assert line.socket.recv(65_536).endswith(b"}")


def test_a_delivery_that_arrives_byte_by_byte_is_accepted(connect: Connect):
    line = connect()
    for byte in delivery(news()):
        line.send(bytes([byte]))
    assert line.reply().status == 202


def test_a_sender_that_asks_first_is_told_to_go_on(connect: Connect):
    body = news()
    line = connect().send(delivery(body, Expect="100-continue").removesuffix(body))
    assert line.stream.readline() == b"HTTP/1.1 100 Continue\r\n"
    assert line.stream.readline() == b"\r\n"
    assert line.send(body).reply().status == 202


@pytest.mark.parametrize("length", ["0", "200000"])
def test_a_sender_that_asks_first_without_need_is_answered_at_once(connect: Connect, length: str):
    answer = connect().send(request(f"POST {PATH} HTTP/1.1", Content_Length=length, Expect="100-continue")).reply()
    assert answer.status == {"0": 401, "200000": 413}[length]


def test_pipelined_deliveries_are_answered_in_their_order(connect: Connect):
    line = connect().send(delivery(news(id="a")) + request("GET /nothing HTTP/1.1") + delivery(news(id="b")))
    assert [line.reply().status for _ in range(3)] == [202, 404, 202]


def test_an_absolute_target_is_signed_as_it_travels(connect: Connect):
    target = "http://localhost" + PATH
    assert connect().send(delivery(news(), target)).reply().status == 202
    other = delivery(news()).replace(b"POST /", b"POST http://localhost/")
    assert connect().send(other).reply().problem == (401, "unauthenticated")


def test_one_connection_serves_many_deliveries(connect: Connect):
    line = connect()
    for n in range(20):
        assert line.send(delivery(news(id=str(n)))).reply().status == 202


# -------------------------------------------------------------------------------------------------- hostile requests


@pytest.mark.parametrize("size", [65_537, 200_000, 5_000_000])
def test_a_body_over_the_limit_is_413_and_the_sender_gets_to_read_it(connect: Connect, size: int):
    for wire in (delivery(b"x" * size), chunked(b"x" * size, size=8192)):
        assert connect().send(wire).reply().problem == (413, "payload_too_large")


def test_a_body_of_exactly_the_limit_is_taken_in_whatever_its_chunks(connect: Connect, operator: Receiver):
    body = news(note="x" * (65_536 - len(news(note=""))))
    assert len(body) == 65_536
    assert connect().send(delivery(body)).reply().status == 202
    assert connect().send(chunked(body, size=1024)).reply().told["status"] == "duplicate"


@pytest.mark.parametrize(
    "coded",
    [
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"-1\r\nabc\r\n",
        b"3;\x00\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n",
    ],
)
def test_broken_chunks_are_a_bad_request(connect: Connect, coded: bytes):
    wire = request(f"POST {PATH} HTTP/1.1", coded, Transfer_Encoding="chunked")
    assert connect().send(wire).reply().problem == (400, "bad_request")


@pytest.mark.parametrize(
    ("first", "headers"),
    [
        ("POST / HTTP/1.1", {"Transfer_Encoding": "chunked", "Content_Length": "3"}),
        ("POST / HTTP/1.0", {"Transfer_Encoding": "chunked"}),
        ("POST / HTTP/1.1", {"Content_Length": "+3"}),
        ("POST / HTTP/1.1", {"Content_Length": "3, 3"}),
        ("POST / HTTP/1.1", {"Content_Length": "9" * 5000}),
        ("post / HTTP/1.1", {}),
        ("GET  / HTTP/1.1", {}),
        ("GET / HTTP/1.1 x", {}),
        ("POST /webhooks/\xe9 HTTP/1.1", {}),
        ("GET http://[::1/ HTTP/1.1", {}),
        ("\x16\x03\x01\x02\x00\x01", {}),
        ("GET / HTTP/1.1\nX: y", {}),
        ("GET / HTTP/1.1", {"X": "a\rb"}),
    ],
)
def test_what_is_no_request_is_a_bad_one(connect: Connect, first: str, headers: dict[str, str]):
    line = connect().send(request(first, b"abc", **headers))
    assert line.reply().problem == (400, "bad_request")
    assert line.is_closed()


def test_other_codings_are_not_implemented(connect: Connect):
    wire = request(f"POST {PATH} HTTP/1.1", Transfer_Encoding="gzip, chunked")
    assert connect().send(wire).reply().problem == (501, "not_implemented")


def test_headers_without_end_are_too_large(connect: Connect):
    wire = request("GET /healthz HTTP/1.1", X="x" * 20_000)
    assert connect().send(wire).reply().problem == (431, "headers_too_large")
    endless = b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 20_000
    assert connect().send(endless).reply().problem == (431, "headers_too_large")


@pytest.mark.parametrize(
    ("first", "status"),
    [
        ("GET //healthz HTTP/1.1", 404),
        (f"POST /{PATH} HTTP/1.1", 404),
        ("GET /healthz/ HTTP/1.1", 404),
        ("GET /healthz/../healthz HTTP/1.1", 404),
        ("GET /%2e%2e%2fetc HTTP/1.1", 404),
        ("GET /%ff%00 HTTP/1.1", 404),
        ("GET ? HTTP/1.1", 404),
        ("GET * HTTP/1.1", 404),
        ("OPTIONS * HTTP/1.1", 404),
        ("CONNECT localhost:443 HTTP/1.1", 404),
        ("PRI * HTTP/2.0", 404),
        ("POST /webhooks/%00 HTTP/1.1", 404),
        ("BREW /webhooks/courier HTTP/1.1", 405),
        ("!#$ /healthz HTTP/1.1", 405),
        ("GET /webhooks/courier", 405),
        ("GET /healthz HTTP/9.9", 200),
        ("GET /healthz", 200),
        ("GET http://elsewhere/healthz HTTP/1.1", 200),
    ],
)
def test_odd_targets_and_methods_have_ordinary_answers(connect: Connect, first: str, status: int):
    answer = connect().send(request(first)).reply()
    assert answer.status == status
    assert status == 200 or answer.problem[0] == status


def test_headers_of_any_bytes_are_answered(connect: Connect):
    for raw in (b"\xff\xfe\x80", b"sha256=\xe2\x82\xac", b"caf\xe9"):
        odd = raw.decode("latin-1")
        headers = {"X_Awal_Signature_256": odd, "X_Timestamp": odd, "Content_Type": odd, "Authorization": odd}
        wire = request(f"POST {PATH} HTTP/1.1", **headers, Cookie=odd, Content_Length="0")
        assert connect().send(wire).reply().problem == (401, "unauthenticated")
        assert connect().send(wire.replace(b"Host: localhost", b"Host: " + raw)).reply().status in {400, 401}


def test_a_header_that_came_twice_is_believed_neither_time(connect: Connect):
    wire = delivery(news())
    stamp = next(line for line in wire.split(b"\r\n") if line.startswith(b"X-Timestamp"))
    assert connect().send(wire.replace(stamp, stamp + b"\r\n" + stamp)).reply().problem == (401, "unauthenticated")


def test_a_header_with_an_underscore_does_not_stand_in_for_the_real_one(connect: Connect):
    wire = delivery(news()).replace(b"X-Timestamp", b"X_Timestamp")
    assert connect().send(wire).reply().status == 401


def test_a_proxy_on_this_machine_cannot_show_the_metrics_by_accident(connect: Connect):
    assert connect().send(request("GET /metrics HTTP/1.1")).reply().status == 200
    through_a_proxy = request("GET /metrics HTTP/1.1", X_Forwarded_For="203.0.113.5")
    assert connect().send(through_a_proxy).reply().problem == (401, "unauthenticated")


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"\xff\xfe", b"[" * 60_000, b'{"a":1' + b"0" * 5000 + b"}", b'"\\ud800"']
)
def test_authentic_bytes_of_any_kind_are_kept_and_never_a_500(connect: Connect, operator: Receiver, body: bytes):
    answer = connect().send(delivery(body)).reply()
    assert (answer.status, answer.told["status"]) == (202, "quarantined")
    assert operator.intake.deliveries[1].delivery.body == body


def test_errors_tell_nothing_about_the_server(connect: Connect):
    answer = connect().send(b"nonsense\r\n\r\n").reply()
    assert answer.headers["Server"] in {None, "fulfillment"}
    assert b"waitress" not in answer.body
