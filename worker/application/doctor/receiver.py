"""Asks the receiver on this machine whether it is ready."""

import json
import socket
import time
from contextlib import closing

from webhook_receiver.problems import ProblemReason
from worker.application.local import local_url, reachable
from worker.domain.overview.figures import Health
from worker.operations.doctor.checks import Check
from worker.operations.doctor.receiver import Ready, Unanswered, judge_receiver
from worker.settings import Address, Settings

TIMEOUT_SECONDS = 2.0
"""For the whole answer."""
MAX_ANSWER = 65_536
"""Bytes."""
READY, PARTS = "ready", ("database", "broker")
"""The word and the parts in the answer of a receiver that is ready."""


def check_receiver(settings: Settings, health: Health | None) -> Check:
    """Check the receiver that listens on the address in the settings. *health* is None without a database."""
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    answer = ask(reachable(settings.listen), token)
    url = local_url(settings.listen)
    return judge_receiver(url, answer, health.last_stored_at, health.now) if health else judge_receiver(url, answer)


def ask(address: Address, token: str, timeout_seconds: float = TIMEOUT_SECONDS) -> Ready | Unanswered:
    """Return the answer to `/readyz` of the receiver at *address*, within *timeout_seconds* and never later.

    Another machine is not asked, because *token* is a secret that must not cross a network in the open.
    """
    if not _is_here(address):
        return Unanswered.NOT_LOCAL
    ends_at = time.monotonic() + timeout_seconds
    try:
        with closing(socket.create_connection(address, timeout_seconds)) as connection:
            answer = _exchange(connection, _request(address, token), ends_at)
    except TimeoutError:
        return Unanswered.SILENT
    except ConnectionRefusedError:
        return Unanswered.REFUSED
    except OSError:
        return Unanswered.SILENT
    return _read(answer)


def _is_here(address: Address) -> bool:
    """Tell whether *address* is one of this machine: only then a socket can be bound to it."""
    try:
        ((family, kind, protocol, _, where), *_) = socket.getaddrinfo(address.host, 0, type=socket.SOCK_STREAM)
        with closing(socket.socket(family, kind, protocol)) as own:
            own.bind(where)
    except OSError:
        return False
    return True


def _request(address: Address, token: str) -> bytes:
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET /readyz HTTP/1.0\r\nHost: {address}\r\n{authorization}\r\n".encode()


def _exchange(connection: socket.socket, request: bytes, ends_at: float) -> bytes:
    """Send *request*, and return the answer. Raises `TimeoutError` at *ends_at*, or `OSError`."""
    connection.sendall(request)
    answer = bytearray()
    while len(answer) < MAX_ANSWER:
        if (rest := ends_at - time.monotonic()) <= 0:
            raise TimeoutError
        connection.settimeout(rest)
        if not (piece := connection.recv(MAX_ANSWER)):
            break
        answer += piece
    return bytes(answer)


def _read(answer: bytes) -> Ready | Unanswered:
    """Read an HTTP answer. Only that of a receiver has one of the two words."""
    try:
        document = json.loads(answer.partition(b"\r\n\r\n")[2])
    except (ValueError, RecursionError):
        return Unanswered.FOREIGN
    if not isinstance(document, dict):
        return Unanswered.FOREIGN
    if document.get("status") != READY and document.get("reason") != ProblemReason.NOT_READY:
        return Unanswered.FOREIGN
    parts = {name: state for name in PARTS if isinstance(state := document.get(name), str)}
    return Ready(document.get("status") == READY, parts)
