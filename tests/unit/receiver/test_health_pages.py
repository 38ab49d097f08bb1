"""The pages `/readyz` and `/metrics`: what this machine sees, what the token opens, and what strangers see."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.receiver import TOKEN, ReceiverHarness
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.requests import Sender
from worker.domain.errors import StoreUnavailable

LOCAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}
BEARER = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
PARTS = {"database": "ok", "broker": "unreachable"}

STRANGERS = [
    {"REMOTE_ADDR": "203.0.113.5"},
    {"REMOTE_ADDR": "::ffff:203.0.113.5"},
    {"REMOTE_ADDR": ""},
    {"REMOTE_ADDR": "localhost"},
    # A forwarder that adds no header, and a page in a browser whose name leads to this machine (DNS rebinding).
    {"HTTP_HOST": "hooks.example.com"},
    {"HTTP_HOST": "127.0.0.1.example.com"},
    {"HTTP_HOST": "localhost.example.com:8000"},
    {"HTTP_HOST": "localhost, evil.example"},
    {"HTTP_HOST": "evil@localhost"},
    {"HTTP_HOST": "128.0.0.1"},
    {"HTTP_HOST": "1270.0.0.1"},
    {"HTTP_HOST": "[::2]"},
    {"HTTP_HOST": "10.0.0.7:8000"},
    {"HTTP_HOST": ""},
    {"REQUEST_URI": "http://127.0.0.1{}"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_FORWARDED_SSL": "on"},
    {"HTTP_FORWARDED": "for=127.0.0.1"},
    {"HTTP_X_REAL_IP": "127.0.0.1"},
    {"HTTP_VIA": "1.1 proxy"},
    {"HTTP_CF_CONNECTING_IP": "127.0.0.1"},
    {"HTTP_TRUE_CLIENT_IP": "127.0.0.1"},
]


@pytest.fixture
def receiver() -> ReceiverHarness:
    return ReceiverHarness(token="")


def get(receiver: ReceiverHarness, path: str, environ: dict[str, str]) -> TestResponse:
    overrides = {**LOCAL, **{name: value.format(path) for name, value in environ.items()}}
    client: FlaskClient = receiver.app.test_client()
    return client.get(path, environ_overrides=overrides)


def reason(response: TestResponse) -> tuple[int, object]:
    assert response.content_type == "application/problem+json"
    assert response.json is not None
    return response.status_code, response.json["reason"]


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.8.8.8:9", "[::1]", "[::1]:8000"])
def test_this_machine_sees_the_metrics_and_the_parts(receiver: ReceiverHarness, peer: str, host: str):
    environ = {"REMOTE_ADDR": peer, "HTTP_HOST": host}
    assert (get(receiver, "/metrics", environ).status_code, get(receiver, "/metrics", environ).data) == (
        200,
        b"metric 1\n",
    )
    assert get(receiver, "/readyz", environ).json == {"status": "ready", **PARTS}


@pytest.mark.parametrize("environ", STRANGERS, ids=str)
def test_a_stranger_sees_neither_the_metrics_nor_the_parts(receiver: ReceiverHarness, environ: dict[str, str]):
    assert reason(get(receiver, "/metrics", environ)) == (401, "unauthenticated")
    ready = get(receiver, "/readyz", environ)
    assert (ready.status_code, ready.json) == (200, {"status": "ready"})


@pytest.mark.parametrize("environ", [{}, *STRANGERS], ids=str)
def test_the_token_opens_both_pages_from_anywhere_and_without_it_they_are_closed_to_this_machine_too(
    receiver: ReceiverHarness, environ: dict[str, str]
):
    # A forwarder of bytes, and a proxy that adds no header, make a stranger look local: only a token keeps it out.
    receiver.token = TOKEN
    assert get(receiver, "/metrics", environ | BEARER).status_code == 200
    assert get(receiver, "/readyz", environ | BEARER).json == {"status": "ready", **PARTS}
    assert reason(get(receiver, "/metrics", environ)) == (401, "unauthenticated")
    assert get(receiver, "/readyz", environ).json == {"status": "ready"}


@pytest.mark.parametrize("given", ["", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN, "Bearer \xff\xe9"])
@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_wrong_token_opens_nothing(receiver: ReceiverHarness, given: str, token: str):
    receiver.token = token
    environ = {"HTTP_HOST": "hooks.example.com", "HTTP_AUTHORIZATION": given}
    assert get(receiver, "/metrics", environ).status_code == 401
    assert get(receiver, "/readyz", environ).json == {"status": "ready"}
    assert (receiver.notes, receiver.counts) == ([(Sender("", "refused", "127.0.0.1"), "")], {})


def test_readyz_fails_while_the_database_cannot_write_and_tells_a_stranger_no_more(receiver: ReceiverHarness):
    receiver.parts = {"database": "read_only", "broker": "ok"}
    here, elsewhere = get(receiver, "/readyz", {}), get(receiver, "/readyz", {"REMOTE_ADDR": "203.0.113.5"})
    assert reason(here) == reason(elsewhere) == (503, "not_ready")
    assert here.json is not None
    assert elsewhere.json is not None
    assert here.json == {**elsewhere.json, **receiver.parts}
    assert not {*receiver.parts} & {*elsewhere.json}


def test_metrics_get_a_503_and_retry_after_while_the_database_is_unavailable(receiver: ReceiverHarness):
    def fail() -> bytes:
        raise StoreUnavailable("the database is busy")

    services = ReceiverServices(receiver.reception, lambda: receiver.parts, fail)
    response = create_app(services).test_client().get("/metrics", environ_overrides=LOCAL)
    assert reason(response) == (503, "database_unavailable")
    assert response.headers["Retry-After"]
