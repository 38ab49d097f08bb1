"""Nothing that a sender sends is logged: no query string, no header, no body. No masking helps here."""

import io
import logging
from collections.abc import Iterator, Mapping

import pytest

from tests.support.receiver import ReceiverHarness, read_order_id
from tests.support.wire import Connect, connections, request, serving
from webhook_receiver.profiles.schema.files import load_profile, parse_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.server.timeouts import Timeouts
from webhook_receiver.sources import Source
from worker.domain.errors import StoreUnavailable
from worker.ports import Delivery, Receipt
from worker.processes.logs import QUIET, configure_logs

TOKEN = "token-in-the-url-1234"
MARKS = ("query-mark", "header-mark", "body-mark", TOKEN)
"""What requests have in each part. None of it may be in the log."""
URL_PROFILE = """
title = "A token in the URL"
[auth.token]
kind = "static"
from = "query:token"
[read]
number = "ref"
[status]
from = "state"
rows = [["done", "delivered"]]
"""


def source(name: str, profile: ProfileFile, secrets: Mapping[str, str]) -> Source:
    keys = {method: (secret.encode(),) for method, secret in secrets.items()}
    return Source(name, profile, keys, "main", read_order_id, frozenset({"shipment"}))


SOURCES = (
    source("urlbox", parse_profile(URL_PROFILE, "urlbox.toml"), {"token": TOKEN}),
    source("newbox", load_profile("capture"), {"token": TOKEN}),
    source("oto", load_profile("oto"), {"signature": "a-secret", "token": "Bearer header-mark"}),
)


@pytest.fixture
def log() -> io.StringIO:
    """Everything that is logged, from debug on, by any logger, without the masking of secrets."""
    stream = io.StringIO()
    configure_logs("debug", "json", stream)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    return stream


class Broken(ReceiverHarness):
    """A receiver whose intake fails when a test wants it."""

    def break_with(self, failure: type[Exception]) -> None:
        def fail(_delivery: Delivery) -> Receipt:
            raise failure

        self.intake.write = fail  # type: ignore[method-assign, assignment]


@pytest.fixture
def receiver() -> Broken:
    return Broken(SOURCES)


@pytest.fixture
def connect(receiver: Broken, log: io.StringIO) -> Iterator[Connect]:
    with serving(receiver.app, Timeouts()) as (_, port), connections(port) as connect:
        yield connect


def raw(path: str, *, method: str = "POST", token: str = TOKEN, body: bytes = b"", **headers: str) -> bytes:
    """Return a request with a mark in each of its parts."""
    body = body or b'{"ref": "body-mark", "state": "done"}'
    marked = {"Authorization": "Bearer header-mark", "X_Mark": "header-mark", "Cookie": "header-mark"}
    length = {"Content_Length": str(len(body))}
    return request(f"{method} {path}?token={token}&q=query-mark HTTP/1.1", body, **(length | marked | headers))


def assert_silent(log: io.StringIO) -> None:
    assert not [mark for mark in MARKS if mark in log.getvalue()], log.getvalue()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (raw("/webhooks/urlbox"), 200),
        (raw("/webhooks/newbox"), 200),
        (raw("/webhooks/urlbox", token="query-mark"), 401),
        (raw("/webhooks/oto"), 401),
        (raw("/webhooks/urlbox", body=b"body-mark"), 200),
        (raw("/webhooks/nobody"), 404),
        (raw("/nowhere"), 404),
        (raw("//webhooks/urlbox"), 404),
        (raw("/webhooks/urlbox", method="DELETE"), 405),
        (raw("/healthz"), 405),
        (raw("/metrics", method="GET", X_Forwarded_For="203.0.113.5"), 401),
        (raw("/webhooks/urlbox", body=b"x" * 70_000), 413),
        (raw("/webhooks/urlbox", body=b"x" * 200_000), 413),
        (raw("/webhooks/urlbox", X_Long="header-mark" * 2000), 431),
        (raw("/webhooks/urlbox", Transfer_Encoding="gzip"), 501),
        (raw("/webhooks/urlbox").replace(b"HTTP/1.1", b"HTTP/1.1 query-mark"), 400),
        (raw("/webhooks/urlbox", X_Odd="header-mark\rheader-mark"), 400),
    ],
)
def test_no_answer_of_the_receiver_is_accompanied_by_what_was_sent(
    connect: Connect, log: io.StringIO, sent: bytes, status: int
):
    assert connect().send(sent).response().status == status
    assert_silent(log)


def test_an_unavailable_database_is_told_without_what_was_sent(connect: Connect, log: io.StringIO, receiver: Broken):
    receiver.break_with(StoreUnavailable)
    for path in ("/webhooks/urlbox", "/webhooks/newbox"):
        assert connect().send(raw(path)).response().status == 503
    assert receiver.told == [{"source": name, "reason": "database_unavailable"} for name in ("urlbox", "newbox")]
    assert_silent(log)


def test_a_defect_is_logged_with_its_traceback_and_without_what_was_sent(
    connect: Connect, log: io.StringIO, receiver: Broken
):
    receiver.break_with(ZeroDivisionError)
    for path in ("/webhooks/urlbox", "/webhooks/newbox"):
        response = connect().send(raw(path)).response()
        assert response.problem == (500, "internal_server_error")
    assert "ZeroDivisionError" in log.getvalue()
    assert "/webhooks/urlbox" in log.getvalue()
    assert_silent(log)


def test_a_sender_that_goes_away_is_not_quoted(connect: Connect, log: io.StringIO):
    for sent in (raw("/webhooks/urlbox")[:-5], raw("/webhooks/urlbox")[:40], raw("/webhooks/urlbox")):
        connect().send(sent).close()
    assert connect().send(raw("/webhooks/urlbox")).response().status == 200
    assert_silent(log)
