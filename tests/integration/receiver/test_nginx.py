"""The sample proxy, with a real nginx, before the real server: what it passes on, and what it keeps away."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.nginx import Proxy, arguments, nginx_program, write_settings
from tests.support.receiver import ReceiverHarness, document
from tests.support.strangers import Crowd, room_for_files
from tests.support.wire import PATH, Response, chunked_delivery, delivery, request, serving
from webhook_receiver.server.timeouts import Timeouts

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW = 1700
"""Slow connections, from one machine."""


class RecordingApp:
    """The application of the receiver. It remembers the targets that it was asked for."""

    def __init__(self) -> None:
        self._app, self.targets = ReceiverHarness().app, list[str]()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.targets.append(environ["REQUEST_URI"])
        return self._app(environ, start_response)


@pytest.fixture(scope="module")
def app() -> RecordingApp:
    return RecordingApp()


@pytest.fixture(scope="module")
def proxy(app: RecordingApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    nginx_program()
    with serving(app, Timeouts()) as (_, port), Proxy(tmp_path_factory.mktemp("nginx"), port).running() as running:
        yield running


def answer(proxy: Proxy, raw: bytes) -> Response:
    with closing(proxy.connect()) as connection:
        return connection.send(raw).response()


def test_nginx_accepts_every_line_of_the_sample(tmp_path: Path):
    settings = write_settings(tmp_path, 12345, 12346)
    command = [nginx_program(), "-t", *arguments(tmp_path, settings)]
    verdict = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (verdict.returncode, "warn" in verdict.stderr) == (0, False), verdict.stderr


@pytest.mark.parametrize("target", [PATH, PATH + "?a=%20&b", PATH + "/", "/webhooks/%63ourier"])
def test_a_signed_target_arrives_as_it_was_sent(proxy: Proxy, target: str):
    assert answer(proxy, delivery(document(id=target), target)).status == 202


def test_chunks_arrive_as_a_body(proxy: Proxy):
    assert answer(proxy, chunked_delivery(document(id="chunks"))).status == 202


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "hooks.example.com"])
@pytest.mark.parametrize(
    "target",
    [
        *["/metrics", "/readyz", "//metrics", "/%6detrics", "/metrics/", "/./metrics", "http://127.0.0.1/metrics"],
        *["/webhooks/../metrics", "/webhooks/%2e%2e/metrics", "/webhooks/..%2fmetrics", "/webhooks/%2e%2e%2freadyz"],
        *["/webhooks//../metrics", "/webhooks/..;/metrics", "/webhooks/..%5cmetrics", "/healthz/../metrics"],
        *["/metrics/../webhooks/courier", "/metrics/../healthz", "/readyz/%2e%2e/healthz", "/webhooks/%00/../metrics"],
    ],
)
def test_no_spelling_of_a_target_leads_to_an_internal_page(proxy: Proxy, host: str, target: str):
    response = answer(proxy, request(f"GET {target} HTTP/1.1").replace(b"Host: localhost", f"Host: {host}".encode()))
    assert response.status in {400, 404, 405}
    assert b"metric" not in response.body
    assert b"broker" not in response.body


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nContent-Length: 50",
        "Content-Length: 0, 50",
        "Content-Length: +0",
        "Content-Length : 50",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding:\x0bchunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Transfer_Encoding: chunked",
        "X: y\nContent-Length: 50",
    ],
)
@pytest.mark.parametrize("body", [b"0\r\n\r\n", b"", b"5;a\nb\r\n0\r\n\r\n"])
def test_no_request_hides_in_the_body_of_another(proxy: Proxy, app: RecordingApp, headers: str, body: bytes):
    app.targets.clear()
    raw = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode("latin-1") + body + 2 * SMUGGLED
    assert answer(proxy, raw).status in {400, 401, 404, 405, 413, 501}
    assert set(app.targets) <= {PATH}


def test_slow_connections_of_one_machine_keep_nobody_out(app: RecordingApp, tmp_path: Path):
    room_for_files(2 * SLOW)
    first = f"POST {PATH} HTTP/1.1\r\nX: ".encode()
    with (
        serving(app, Timeouts()) as (_, port),
        Proxy(tmp_path, port, tls=False).running() as proxy,
        Crowd(proxy.port, SLOW, first, drip=b"x"),
    ):
        statuses = [answer(proxy, delivery(document(id=f"honest-{n}"))).status for n in range(20)]
    assert statuses == [202] * 20


def test_a_flood_of_one_address_is_refused_before_the_receiver(app: RecordingApp, tmp_path: Path):
    app.targets.clear()
    statuses = list[int]()
    with (
        serving(app, Timeouts()) as (_, port),
        Proxy(tmp_path, port, tls=False, rate="1r/s").running() as proxy,
        closing(proxy.connect()) as connection,
    ):
        while not statuses or (statuses[-1] != 429 and len(statuses) < 900):
            statuses.append(connection.send(request(f"POST {PATH} HTTP/1.1", Content_Length="0")).response().status)
    assert statuses[-1] == 429
    assert len(app.targets) == len(statuses) - 1 >= 500
