"""The routes: problems, health, and how a body is read on any server."""

import io
import json
from typing import Any

import pytest
from flask import abort
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse

from tests.support.receiver import ReceiverHarness, document, signed
from webhook_receiver.reception import DELIVERIES
from webhook_receiver.server.server import Server
from worker.ports import Delivery, Receipt

PROBLEM = "application/problem+json"


@pytest.fixture
def receiver() -> ReceiverHarness:
    return ReceiverHarness()


@pytest.fixture
def client(receiver: ReceiverHarness) -> FlaskClient:
    return receiver.app.test_client()


def is_problem(response: TestResponse, status: int, reason: str) -> bool:
    body = response.get_json()
    assert (response.status_code, response.content_type, body["reason"]) == (status, PROBLEM, reason)
    return set(body) >= {"type", "title", "status", "reason"} and body["status"] == status


def test_a_signed_delivery_is_accepted(client: FlaskClient):
    response = client.post("/webhooks/courier", data=document(), headers=signed(document()))
    assert (response.status_code, response.json) == (202, {"status": "accepted", "delivery_id": 1, "event_id": 1})


def test_the_query_string_is_signed(client: FlaskClient):
    target = "/webhooks/courier?tenant=a%20b"
    assert client.post(target, data=document(), headers=signed(document(), target)).status_code == 202
    assert client.post(target, data=document(), headers=signed(document())).status_code == 401


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"])
def test_the_body_is_read_as_bytes_whatever_its_content_type(client: FlaskClient, content_type: str):
    response = client.post("/webhooks/courier", data=document(), headers=signed(document()), content_type=content_type)
    assert response.status_code == 202


@pytest.mark.parametrize("target", ["/", "/webhooks", "/webhooks/", "/webhooks//courier", "/webhooks/courier//", "/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_any_other_target_is_not_found_and_never_a_redirect(client: FlaskClient, target: str, method: str):
    assert is_problem(client.open(target, method=method), 404, "not_found")


def test_a_target_that_begins_with_two_slashes_is_not_found(client: FlaskClient):
    # Some servers fold the slashes of the path. The target as received still has them.
    environ = {"REQUEST_URI": "//webhooks/courier"}
    response = client.post(
        "/webhooks/courier",
        data=document(),
        headers=signed(document(), "//webhooks/courier"),
        environ_overrides=environ,
    )
    assert is_problem(response, 404, "not_found")


def test_an_unknown_source_is_not_found(client: FlaskClient):
    assert is_problem(client.post("/webhooks/unknown", data=b"{}"), 404, "unknown_source")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "DELETE", "BREW"])
def test_any_other_method_is_not_allowed(client: FlaskClient, method: str):
    response = client.open("/webhooks/courier", method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert method == "HEAD" or is_problem(response, 405, "method_not_allowed")


def test_a_sender_is_told_when_to_retry_while_the_database_cannot_write(receiver: ReceiverHarness, client: FlaskClient):
    receiver.intake.available = False
    response = client.post("/webhooks/courier", data=document(), headers=signed(document()))
    assert is_problem(response, 503, "database_unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_an_error_of_the_program_is_a_problem_too(receiver: ReceiverHarness, client: FlaskClient):
    client.application.testing = False
    receiver.intake.write = None  # type: ignore[assignment, method-assign]
    assert is_problem(
        client.post("/webhooks/courier", data=document(), headers=signed(document())), 500, "internal_server_error"
    )


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "unauthenticated"), (404, "not_found"), (418, "im_a_teapot"), (503, "service_unavailable")],
)
def test_an_error_of_the_framework_never_has_a_reason_that_only_the_receiver_can_know(
    client: FlaskClient, status: int, reason: str
):
    client.application.add_url_rule("/error", view_func=lambda: abort(status))
    assert is_problem(client.get("/error"), status, reason)


# ------------------------------------------------------------------------------------------------------------- groups


def test_the_server_answers_in_groups_what_the_application_takes_for_deliveries():
    assert Server.grouped == (DELIVERIES,)


class Sent:
    """A delivery that a server has handed to the application, whose answer it has not asked for yet."""

    def __init__(self, receiver: ReceiverHarness, app: Any, body: bytes) -> None:
        self.status: list[str] = []
        environ = EnvironBuilder(
            "/webhooks/courier", method="POST", data=body, headers=[*signed(body).items()]
        ).get_environ()
        self.pieces = iter(app(environ, lambda status, _headers: self.status.append(status)))
        assert not receiver.intake.deliveries
        assert not self.status

    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(b"".join(self.pieces))
        return answer


def test_a_delivery_is_submitted_at_the_call_and_answered_when_the_server_asks(receiver: ReceiverHarness):
    app = receiver.app
    sent = [Sent(receiver, app, document(id=key)) for key in ("a", "b")]
    assert [one.answer()["status"] for one in sent] == ["accepted", "accepted"]
    assert [one.status for one in sent] == [["202 Accepted"], ["202 Accepted"]]
    assert len(receiver.intake.deliveries) == 2


def test_a_defect_in_one_delivery_of_a_group_fails_that_one_alone(receiver: ReceiverHarness):
    write = receiver.intake.write

    def fail_at_b(delivery: Delivery) -> Receipt:
        if delivery.events[0].key == "b":
            raise ZeroDivisionError
        return write(delivery)

    receiver.intake.write = fail_at_b  # type: ignore[method-assign]
    app = receiver.app
    sent = [Sent(receiver, app, document(id=key)) for key in ("a", "b", "c")]
    assert [one.answer()["status"] for one in sent] == ["accepted", 500, "accepted"]
    assert [one.status[0][:3] for one in sent] == ["202", "500", "202"]


# ------------------------------------------------------------------------------------------------------------- bodies


class Stream(io.BytesIO):
    """The input that a server gives to the application. It returns short reads, and raises *error* at its end."""

    def __init__(self, body: bytes, error: Exception | None = None) -> None:
        super().__init__(body)
        self.bytes_read, self._error = 0, error

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(min(size or 0, 1000)) if size else b""
        self.bytes_read += len(chunk)
        if not chunk and self._error:
            raise self._error
        return chunk


def stream(client: FlaskClient, body: Stream, environ: dict[str, Any]) -> TestResponse:
    overrides = {"wsgi.input": body, **environ}
    return client.post("/webhooks/courier", headers=signed(document()), environ_overrides=overrides)


CHUNKED = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}


def test_a_chunked_body_is_read_to_its_end(client: FlaskClient):
    assert stream(client, Stream(document()), CHUNKED).status_code == 202


@pytest.mark.parametrize(("size", "status"), [(65_536, 401), (65_537, 413)])
def test_a_body_over_the_limit_is_refused_whether_announced_or_not(client: FlaskClient, size: int, status: int):
    assert stream(client, Stream(b"x" * size), CHUNKED).status_code == status
    assert stream(client, Stream(b"x" * size), {"CONTENT_LENGTH": str(size)}).status_code == status


def test_a_body_over_the_limit_is_not_read_beyond_the_limit(client: FlaskClient):
    body = Stream(b"x" * 1_000_000)
    assert is_problem(stream(client, body, CHUNKED), 413, "payload_too_large")
    assert body.bytes_read == 65_537
    announced = Stream(b"x" * 1_000_000)
    stream(client, announced, {"CONTENT_LENGTH": "1000000"})
    assert announced.bytes_read == 0


def test_a_truncated_body_is_a_bad_request(client: FlaskClient):
    broken = Stream(document()[:50], RuntimeError("chunk without an end"))
    assert is_problem(stream(client, broken, CHUNKED), 400, "bad_request")
    assert is_problem(stream(client, Stream(document()[:50]), {"CONTENT_LENGTH": "125"}), 400, "bad_request")


def test_a_request_without_length_and_without_chunks_has_no_body(client: FlaskClient):
    body = Stream(document())
    assert stream(client, body, {}).status_code == 401
    assert body.bytes_read == 0


# -------------------------------------------------------------------------------------------------------------- health


def test_healthz_answers_while_the_database_is_unavailable(receiver: ReceiverHarness, client: FlaskClient):
    receiver.intake.available = False
    assert client.get("/healthz").status_code == 200
