"""The receiver over real sockets: a test sends raw bytes and gets one of the documented responses."""

import pytest

from tests.support.receiver import ReceiverHarness, document
from tests.support.wire import PATH, Connect, chunked_delivery, delivery, request

# ---------------------------------------------------------------------------------------------------- correct requests


def test_deliveries_are_accepted_in_every_form_of_http(connect: Connect):
    assert connect().send(delivery(document(id="1"))).response().status == 202
    assert connect().send(chunked_delivery(document(id="2"))).response().status == 202
    assert connect().send(delivery(document(id="3"), PATH + "?a=%20&b")).response().status == 202
    assert connect().send(delivery(document(id="4"), "/webhooks/%63ourier")).response().status == 202
    assert connect().send(delivery(document(id="5")).replace(b"HTTP/1.1", b"HTTP/1.0")).response().status == 202
    assert connect().send(b"\r\n\r\n" + delivery(document(id="6"))).response().status == 202


def test_a_response_is_sent_in_one_piece(connect: Connect):
    connection = connect()
    for n in range(30):
        connection.send(delivery(document(id=str(n))))
        assert connection.socket.recv(65_536).endswith(b"}")


def test_a_delivery_that_arrives_byte_by_byte_is_accepted(connect: Connect):
    connection = connect()
    for byte in delivery(document()):
        connection.send(bytes([byte]))
    assert connection.response().status == 202


def test_a_sender_that_expects_100_continue_gets_it(connect: Connect):
    body = document()
    connection = connect().send(delivery(body, Expect="100-continue").removesuffix(body))
    assert connection.stream.readline() == b"HTTP/1.1 100 Continue\r\n"
    assert connection.stream.readline() == b"\r\n"
    assert connection.send(body).response().status == 202


@pytest.mark.parametrize("length", ["0", "200000"])
def test_a_sender_whose_body_is_not_wanted_gets_its_response_without_100_continue(connect: Connect, length: str):
    response = connect().send(request(f"POST {PATH} HTTP/1.1", Content_Length=length, Expect="100-continue")).response()
    assert response.status == {"0": 401, "200000": 413}[length]


def test_who_does_not_wait_for_an_answer_gets_the_first_one_and_no_other(connect: Connect, receiver: ReceiverHarness):
    connection = connect().send(delivery(document(id="a")) + delivery(document(id="b")))
    response = connection.response()
    assert (response.status, response.headers["Connection"]) == (202, "close")
    assert connection.is_closed()
    assert len(receiver.intake.deliveries) == 1


def test_empty_lines_around_a_request_do_not_count(connect: Connect):
    connection = connect()
    for n in range(3):
        response = connection.send(b"\r\n\r\n" + delivery(document(id=str(n))) + b"\r\n").response()
        assert (response.status, response.headers["Connection"]) == (202, None)


@pytest.mark.parametrize("origin", ["http://localhost", "HTTPS://Hooks.example.com:8443", "http://user@[::1]:80"])
@pytest.mark.parametrize("path", [PATH, PATH + "?tenant=a%20b", PATH + "/"])
def test_of_an_absolute_target_the_path_and_the_query_are_signed(connect: Connect, origin: str, path: str):
    raw = delivery(document(id=origin + path), path).replace(b"POST /", f"POST {origin}/".encode(), 1)
    assert connect().send(raw).response().status == 202
    signed_otherwise = delivery(document(), origin + path)
    assert connect().send(signed_otherwise).response().problem == (401, "unauthenticated")


def test_an_absolute_target_with_two_slashes_before_its_path_is_not_found(connect: Connect):
    raw = delivery(document(), "//webhooks/courier").replace(b"POST /", b"POST http://localhost/", 1)
    assert connect().send(raw).response().problem == (404, "not_found")


def test_a_slash_after_the_name_of_a_source_is_part_of_what_is_signed(connect: Connect):
    assert connect().send(delivery(document(), PATH + "/")).response().status == 202
    signed_without = delivery(document()).replace(b"/webhooks/courier ", b"/webhooks/courier/ ")
    assert connect().send(signed_without).response().problem == (401, "unauthenticated")
    assert connect().send(delivery(document(), "/webhooks/nobody/")).response().problem == (404, "unknown_source")
    assert connect().send(delivery(document(), PATH + "//")).response().problem[0] == 404


def test_one_connection_serves_many_deliveries(connect: Connect):
    connection = connect()
    for n in range(20):
        assert connection.send(delivery(document(id=str(n)))).response().status == 202


# -------------------------------------------------------------------------------------------------- hostile requests


@pytest.mark.parametrize("size", [65_537, 200_000, 5_000_000])
def test_a_body_over_the_limit_is_413_and_the_sender_can_read_the_response(connect: Connect, size: int):
    for raw in (delivery(b"x" * size), chunked_delivery(b"x" * size, size=8192)):
        assert connect().send(raw).response().problem == (413, "payload_too_large")


def test_a_body_of_exactly_the_limit_is_accepted_whole_and_in_chunks(connect: Connect, receiver: ReceiverHarness):
    body = document(note="x" * (65_536 - len(document(note=""))))
    assert len(body) == 65_536
    assert connect().send(delivery(body)).response().status == 202
    assert connect().send(chunked_delivery(body, size=1024)).response().json["status"] == "duplicate"


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"-1\r\nabc\r\n",
        b"3;\x00\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n",
    ],
)
def test_broken_chunks_are_a_bad_request(connect: Connect, chunks: bytes):
    raw = request(f"POST {PATH} HTTP/1.1", chunks, Transfer_Encoding="chunked")
    assert connect().send(raw).response().problem == (400, "bad_request")


@pytest.mark.parametrize(
    ("first_line", "headers"),
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
def test_bytes_that_are_no_http_request_are_a_bad_request(connect: Connect, first_line: str, headers: dict[str, str]):
    connection = connect().send(request(first_line, b"abc", **headers))
    assert connection.response().problem == (400, "bad_request")
    assert connection.is_closed()


def test_other_transfer_codings_are_not_implemented(connect: Connect):
    raw = request(f"POST {PATH} HTTP/1.1", Transfer_Encoding="gzip, chunked")
    assert connect().send(raw).response().problem == (501, "not_implemented")


def test_endless_headers_are_too_large(connect: Connect):
    raw = request("GET /healthz HTTP/1.1", X="x" * 20_000)
    assert connect().send(raw).response().problem == (431, "headers_too_large")
    endless = b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 20_000
    assert connect().send(endless).response().problem == (431, "headers_too_large")


@pytest.mark.parametrize(
    ("first_line", "status"),
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
def test_strange_targets_and_methods_have_ordinary_responses(connect: Connect, first_line: str, status: int):
    response = connect().send(request(first_line)).response()
    assert response.status == status
    assert status == 200 or response.problem[0] == status


def test_headers_of_any_bytes_are_answered(connect: Connect):
    for value in (b"\xff\xfe\x80", b"sha256=\xe2\x82\xac", b"caf\xe9"):
        text = value.decode("latin-1")
        headers = {"X_Awal_Signature_256": text, "X_Timestamp": text, "Content_Type": text, "Authorization": text}
        raw = request(f"POST {PATH} HTTP/1.1", **headers, Cookie=text, Content_Length="0")
        assert connect().send(raw).response().problem == (401, "unauthenticated")
        assert connect().send(raw.replace(b"Host: localhost", b"Host: " + value)).response().status in {400, 401}


def test_a_timestamp_header_that_came_twice_is_refused(connect: Connect):
    raw = delivery(document())
    header = next(line for line in raw.split(b"\r\n") if line.startswith(b"X-Timestamp"))
    assert connect().send(raw.replace(header, header + b"\r\n" + header)).response().problem == (401, "unauthenticated")


def test_a_header_with_an_underscore_does_not_replace_the_real_one(connect: Connect):
    raw = delivery(document()).replace(b"X-Timestamp", b"X_Timestamp")
    assert connect().send(raw).response().status == 401


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"\xff\xfe", b"[" * 60_000, b'{"a":1' + b"0" * 5000 + b"}", b'"\\ud800"']
)
def test_an_authentic_body_of_any_bytes_is_stored_and_quarantined(
    connect: Connect, receiver: ReceiverHarness, body: bytes
):
    response = connect().send(delivery(body)).response()
    assert (response.status, response.json["status"]) == (202, "quarantined")
    assert receiver.intake.deliveries[1].delivery.body == body


def test_errors_reveal_nothing_about_the_server(connect: Connect):
    response = connect().send(b"nonsense\r\n\r\n").response()
    assert response.headers["Server"] in {None, "fulfillment"}
    assert b"waitress" not in response.body
