"""HTTP into plain values and back: problems, readiness, metrics, bodies under any server."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.receiver import TOKEN, Receiver, news, signed
from webhook_receiver import create_app
from webhook_receiver.views import Installation
from worker.domain.errors import StoreUnavailable

PROBLEM = "application/problem+json"


@pytest.fixture
def operator() -> Receiver:
    return Receiver()


@pytest.fixture
def client(operator: Receiver) -> FlaskClient:
    return operator.app.test_client()


def is_problem(answer: TestResponse, status: int, reason: str) -> bool:
    told = answer.get_json()
    assert (answer.status_code, answer.content_type, told["reason"]) == (status, PROBLEM, reason)
    return set(told) >= {"type", "title", "status", "reason"} and told["status"] == status


def test_a_signed_delivery_is_accepted(operator: Receiver, client: FlaskClient):
    answer = client.post("/webhooks/courier", data=news(), headers=signed(news()))
    assert (answer.status_code, answer.json) == (202, {"status": "accepted", "delivery_id": 1, "event_id": 1})


def test_the_query_is_part_of_what_is_signed(client: FlaskClient):
    target = "/webhooks/courier?tenant=a%20b"
    assert client.post(target, data=news(), headers=signed(news(), target)).status_code == 202
    assert client.post(target, data=news(), headers=signed(news())).status_code == 401


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"])
def test_the_body_is_read_as_bytes_whatever_its_type_says(client: FlaskClient, content_type: str):
    answer = client.post("/webhooks/courier", data=news(), headers=signed(news()), content_type=content_type)
    assert answer.status_code == 202


@pytest.mark.parametrize("target", ["/", "/webhooks", "/webhooks/", "/webhooks/courier/", "/webhooks//courier", "/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_any_other_target_is_not_found_and_never_a_redirect(client: FlaskClient, target: str, method: str):
    assert is_problem(client.open(target, method=method), 404, "not_found")


def test_two_slashes_at_the_front_are_not_found(client: FlaskClient):
    # Some servers fold them for us; the target as received still shows them.
    environ = {"REQUEST_URI": "//webhooks/courier"}
    answer = client.post(
        "/webhooks/courier", data=news(), headers=signed(news(), "//webhooks/courier"), environ_overrides=environ
    )
    assert is_problem(answer, 404, "not_found")


def test_an_unknown_source_is_not_found(client: FlaskClient):
    assert is_problem(client.post("/webhooks/nobody", data=b"{}"), 404, "unknown_source")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "DELETE", "BREW"])
def test_any_other_method_is_not_allowed(client: FlaskClient, method: str):
    answer = client.open("/webhooks/courier", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert method == "HEAD" or is_problem(answer, 405, "method_not_allowed")


def test_while_the_database_cannot_write_the_sender_is_told_when_to_come_back(operator: Receiver, client: FlaskClient):
    operator.intake.available = False
    answer = client.post("/webhooks/courier", data=news(), headers=signed(news()))
    assert is_problem(answer, 503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_an_error_of_ours_is_a_problem_too(operator: Receiver, client: FlaskClient):
    client.application.testing = False
    operator.intake.write = None  # type: ignore[assignment, method-assign]
    assert is_problem(
        client.post("/webhooks/courier", data=news(), headers=signed(news())), 500, "internal_server_error"
    )


# ------------------------------------------------------------------------------------------------------------- bodies


class Stream(io.BytesIO):
    """What a server hands over while the body is still arriving: short reads, and an error of the server's own."""

    def __init__(self, body: bytes, error: Exception | None = None) -> None:
        super().__init__(body)
        self.taken, self._error = 0, error

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(min(size or 0, 1000)) if size else b""
        self.taken += len(chunk)
        if not chunk and self._error:
            raise self._error
        return chunk


def stream(client: FlaskClient, body: Stream, environ: dict[str, Any]) -> TestResponse:
    overrides = {"wsgi.input": body, "CONTENT_LENGTH": None, **environ}
    return client.post("/webhooks/courier", headers=signed(news()), environ_overrides=overrides)


CHUNKED = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}


def test_a_chunked_body_is_read_to_its_end(client: FlaskClient):
    assert stream(client, Stream(news()), CHUNKED).status_code == 202


@pytest.mark.parametrize(("size", "status"), [(65_536, 401), (65_537, 413)])
def test_a_body_over_the_limit_is_refused_whether_announced_or_not(client: FlaskClient, size: int, status: int):
    assert stream(client, Stream(b"x" * size), CHUNKED).status_code == status
    assert stream(client, Stream(b"x" * size), {"CONTENT_LENGTH": str(size)}).status_code == status


def test_of_a_body_over_the_limit_no_more_than_the_limit_is_taken_in(client: FlaskClient):
    body = Stream(b"x" * 1_000_000)
    assert is_problem(stream(client, body, CHUNKED), 413, "payload_too_large")
    assert body.taken == 65_537
    announced = Stream(b"x" * 1_000_000)
    stream(client, announced, {"CONTENT_LENGTH": "1000000"})
    assert announced.taken == 0


def test_a_body_that_breaks_off_is_a_bad_request(client: FlaskClient):
    broken = Stream(news()[:50], RuntimeError("chunk without an end"))
    assert is_problem(stream(client, broken, CHUNKED), 400, "bad_request")
    assert is_problem(stream(client, Stream(news()[:50]), {"CONTENT_LENGTH": "125"}), 400, "bad_request")


def test_without_a_length_and_without_an_end_there_is_no_body(client: FlaskClient):
    body = Stream(news())
    assert stream(client, body, {}).status_code == 401
    assert body.taken == 0


# ------------------------------------------------------------------------------------------- health, readiness, metrics


def test_healthz_answers_even_without_a_database(operator: Receiver, client: FlaskClient):
    operator.intake.available = False
    assert client.get("/healthz").status_code == 200


def test_readyz_names_the_broker_and_is_ready_without_it(client: FlaskClient):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "database": "ok", "broker": "unreachable"})


def test_readyz_fails_while_the_database_cannot_write(operator: Receiver, client: FlaskClient):
    operator.parts = {"database": "read_only", "broker": "ok"}
    answer = client.get("/readyz")
    assert is_problem(answer, 503, "not_ready")
    assert answer.json is not None
    assert answer.json["database"] == "read_only"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_metrics_are_shown_to_this_machine(client: FlaskClient, peer: str):
    answer = client.get("/metrics", environ_overrides={"REMOTE_ADDR": peer})
    assert (answer.status_code, answer.data) == (200, b"metric 1\n")


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("203.0.113.5", {}),
        ("::ffff:203.0.113.5", {}),
        ("", {}),
        ("localhost", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}),
        ("203.0.113.5", {"Authorization": "Bearer "}),
        ("203.0.113.5", {"Authorization": f"Basic {TOKEN}"}),
        ("203.0.113.5", {"Authorization": f"Bearer {TOKEN}x"}),
        ("203.0.113.5", {"Authorization": "Bearer \xff\xe9"}),
    ],
)
def test_metrics_are_shown_to_no_stranger_and_through_no_proxy(client: FlaskClient, peer: str, headers: dict[str, str]):
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    assert is_problem(answer, 401, "unauthenticated")


def test_metrics_without_a_database_are_a_problem_that_passes(operator: Receiver):
    def count() -> bytes:
        raise StoreUnavailable("the database is busy")

    answer = create_app(Installation(operator.reception, lambda: operator.parts, count)).test_client().get("/metrics")
    assert is_problem(answer, 503, "database_unavailable")
    assert answer.headers["Retry-After"]


def test_metrics_are_shown_to_the_bearer_of_the_token(client: FlaskClient):
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.5"}
    assert client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": "10.0.0.1"}).status_code == 200
