"""Every call ends with an answer of bounded size, or with an error of ours."""

import gzip
import socket
import struct
import zlib

import pytest

from tests.integration.order_api.calling import PATIENT, failure, http, send
from worker.order_api.http.client import AnswerTooLarge, Client
from worker.order_api.http.lookup import Lookup


def test_an_answer_comes_in_whole_with_headers_in_any_case(client, peer):
    peer.answers(http(b'{"a": 1}', "418 Teapot", "Retry-AFTER: 3"))
    answer = send(client, peer.url)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (418, b'{"a": 1}', "3")


@pytest.mark.parametrize("failed", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_name_that_does_not_exist_is_transient(failed):
    def fail(host, port):
        raise failed

    with Client(PATIENT, lookup=Lookup(fail)) as client:
        assert "could not be resolved" in str(failure(client, "https://example.invalid")[0])


def test_an_address_is_not_looked_up(peer):
    def fail(host, port):
        raise AssertionError(host)

    with Client(PATIENT, lookup=Lookup(fail)) as client:
        peer.answers(http())
        assert send(client, f"http://127.0.0.1:{peer.port}").status == 200


def test_the_next_address_is_tried_when_one_refuses(peer):
    with Client(PATIENT, lookup=Lookup(lambda host, port: ["127.0.0.2", "127.0.0.1"])) as client:
        peer.answers(http())
        assert send(client, f"http://localhost:{peer.port}").status == 200


def test_a_refused_connection_is_transient(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "no connection: " in str(failure(client, f"http://127.0.0.1:{port}")[0])


def test_a_reset_connection_is_transient(client, peer):
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    peer.script = reset
    assert "the connection broke before the answer" in str(failure(client, peer.url)[0])


def test_a_peer_that_does_not_speak_tls_is_transient(quick, peer):
    peer.answers(http())
    assert "no connection" in str(failure(quick, peer.url.replace("http:", "https:"))[0])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\0\0\r\n\r\n",
        b"HTTP/1.1 999999 ?\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n" + b"x" * 1_048_577,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"100000\r\n" + b"x" * 1_048_576 + b"\r\n1\r\nx\r\n",
    ],
)
def test_bytes_that_are_not_an_answer_of_bounded_size_are_transient(client, peer, raw):
    peer.answers(raw)
    error, _ = failure(client, peer.url)
    assert len(str(error)) < 400
    assert "in time" not in str(error)


def test_a_body_of_one_mebibyte_is_accepted(client, peer):
    peer.answers(http(b"x" * 1_048_576))
    assert len(send(client, peer.url).body) == 1_048_576


def test_compression_is_not_requested_and_is_undone_within_the_bound(client, peer):
    peer.answers(http(gzip.compress(b"x" * 1_048_576), "200 OK", "Content-Encoding: gzip"))
    assert send(client, peer.url).body == b"x" * 1_048_576
    assert b"\r\naccept-encoding: identity\r\n" in peer.requests[0].lower()


@pytest.mark.parametrize("size", [1_048_577, 50_000_000])
def test_an_answer_that_is_too_large_when_it_is_decompressed_is_too_large(client, peer, size):
    stream = zlib.compressobj(wbits=31)
    body = b"".join(
        [*(stream.compress(bytes(min(1_000_000, size - n))) for n in range(0, size, 1_000_000)), stream.flush()]
    )
    peer.answers(http(body, "200 OK", "Content-Encoding: gzip"))
    error, _ = failure(client, peer.url)
    assert (type(error), error.status) == (AnswerTooLarge, 200)


def test_a_compressed_answer_that_is_cut_short_or_of_an_unknown_kind_is_transient(client, peer):
    whole = gzip.compress(b"{}" * 1000)
    for body, encoding in ((whole[:-9], "gzip"), (whole, "br"), (whole[:4], "gzip")):
        peer.answers(http(body, "200 OK", f"Content-Encoding: {encoding}"))
        assert "cannot be decompressed" in str(failure(client, peer.url)[0])


@pytest.mark.parametrize("location", ["/elsewhere", "https://elsewhere.invalid/", "http://[::1", "\xff"])
def test_a_redirect_is_named_and_not_followed(client, peer, location):
    peer.answers(
        http(b"", "302 Found").replace(b"\r\n\r\n", b"\r\nLocation: " + location.encode("latin-1") + b"\r\n\r\n")
    )
    error, _ = failure(client, peer.url)
    assert (error.status, len(peer.requests)) == (302, 1)
    assert "redirect" in str(error)
    assert "base_url" in str(error)


def test_no_cookie_is_kept_for_the_next_call(client, peer):
    peer.answers(http(b"{}", "200 OK", "Set-Cookie: session=1; Path=/"))
    for _ in range(2):
        send(client, peer.url)
    assert len(peer.requests) == 2
    assert not any(b"cookie" in request.lower() for request in peer.requests)


def test_no_request_is_sent_twice(client, peer):
    peer.answers(b"")
    failure(client, peer.url, b"{}")
    assert len(peer.requests) == 1


def test_proxy_variables_are_ignored(peer, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Client(PATIENT) as client:
        peer.answers(http())
        assert send(client, peer.url).status == 200


def test_a_certificate_that_no_authority_has_signed_is_not_trusted(client, peer):
    error, _ = failure(client, peer.speaks_tls())
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert peer.requests == []
