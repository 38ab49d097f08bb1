"""Random bytes at the real HTTP server: forged, huge, damaged, split at odd places, cut short, never read.

Whatever strangers send, each answer is one that is documented, and honest deliveries between them are accepted.
"""

import select
import socket
import time
from collections import Counter
from contextlib import closing, suppress
from http import HTTPStatus
from random import Random

from tests.support.receiver import ReceiverHarness, document
from tests.support.strange_requests import strange_requests
from tests.support.wire import Connection, Response, delivery, request, serving
from webhook_receiver.headers import ANSWER_HEADERS
from webhook_receiver.server.limits import Limits
from webhook_receiver.server.timeouts import Timeouts

STATUSES = {100, 200, 202, 400, 401, 404, 405, 408, 413, 431, 501}
SHORT = Timeouts(silence_seconds=0.3, header_seconds=1.0, request_seconds=2.0, unread_seconds=0.5, idle_seconds=0.3)
FEW = Limits(connections=60, held_bytes=2_000_000)
ROUND = 40
"""Connections between two honest deliveries."""
HONEST_WITHIN_SECONDS = 30.0


def run(random: Random, seconds: float) -> str:
    """Send random requests for *seconds*, and return what was answered. Fails at the first answer that is wrong."""
    statuses, ends_at, rounds = Counter[int](), time.monotonic() + seconds, 0
    with serving(ReceiverHarness().app, SHORT, FEW) as (server, port):
        while time.monotonic() < ends_at:
            seed, rounds = random.randrange(1 << 32), rounds + 1
            try:
                statuses.update(_round(Random(seed), port))
                _check_honest(port, rounds)
            except Exception as error:
                raise AssertionError(f"the round with the seed {seed} has failed") from error
        assert len(server.active_channels) <= FEW.connections
    return f"{rounds} rounds, answers: " + ", ".join(f"{status} × {n}" for status, n in sorted(statuses.items()))


def _round(random: Random, port: int) -> list[int]:
    """Open connections, send something on each of them, read the answers of some, and return their statuses."""
    requests, connections = strange_requests(random.randrange(1 << 32), ROUND), [Connection(port) for _ in range(ROUND)]
    try:
        for raw, connection in zip(requests, connections, strict=True):
            with suppress(OSError):  # it was closed before all was sent
                _send(random, connection, _odd(random, raw))
        return [status for connection in connections if random.random() < 0.7 for status in _statuses(connection)]
    finally:
        for connection in connections:
            connection.close()


def _odd(random: Random, raw: bytes) -> bytes:
    """Return *raw* as a stranger may send it: repeated, followed by more, huge, or as it is."""
    match random.randrange(10):
        case 0:
            return raw * random.randrange(2, 50)
        case 1:
            return raw + random.randbytes(random.randrange(1, 3000))
        case 2:
            return random.randbytes(random.randrange(1, 300)) + b"\r\n\r\n"
        case 3:
            return request("POST /webhooks/courier HTTP/1.1", b"x" * random.randrange(300_000), Content_Length="250000")
        case 4:
            return b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * random.randrange(4000) + b"\r\n"
        case _:
            return raw


def _send(random: Random, connection: Connection, raw: bytes) -> None:
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.socket.settimeout(0.2)  # a sender that reads nothing may not be able to send all
    for _ in range(random.choice([0, 0, 1, 5, 60])):
        at = random.randrange(len(raw) + 1)
        connection.send(raw[: at % 50])
        raw = raw[at % 50 :]
    connection.send(raw)
    if random.random() < 0.2:
        connection.socket.shutdown(socket.SHUT_WR)


def _statuses(connection: Connection) -> list[int]:
    """Return the statuses of all answers until the receiver closes the connection."""
    connection.socket.settimeout(20)
    statuses = []
    with suppress(ConnectionError):
        while connection.stream.peek(1):
            statuses.append(_checked(connection.response()).status)
    return statuses


def _checked(response: Response) -> Response:
    assert response.status in STATUSES, response
    if response.status >= HTTPStatus.BAD_REQUEST:
        assert response.problem[0] == response.status
    if response.status != HTTPStatus.CONTINUE:
        assert {name: response.headers[name] for name in ANSWER_HEADERS} == ANSWER_HEADERS
    return response


def _check_honest(port: int, number: int) -> None:
    started_at = time.monotonic()
    with closing(Connection(port).send(delivery(document(id=f"honest-{number}")))) as connection:
        assert select.select([connection.socket], [], [], HONEST_WITHIN_SECONDS)[0], "an honest delivery had no answer"
        assert connection.response().status == HTTPStatus.ACCEPTED
    assert time.monotonic() - started_at < HONEST_WITHIN_SECONDS
