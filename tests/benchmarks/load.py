"""A load of signed webhooks: a program of its own, so cheap that the server under test is what is measured.

It signs everything first. Then a few keep-alive connections send either as fast as they are answered, or at a
steady rate, where a latency counts from the instant at which a request was due, not from when a connection was free.
"""

import hashlib
import hmac
import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from tests.benchmarks.figures import percentile
from tests.house import SECRETS
from tests.programs import ROOT

PATH = "/webhooks/courier"
CLIENTS = 8
ANSWERS_WITHIN = 30.0
MILLISECONDS = 1000

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)\r\n")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where: *rate* requests a second, or as fast as possible for *seconds*."""

    port: int
    bodies: Sequence[str]
    rate: float | None = None
    seconds: float = 0.0
    clients: int = CLIENTS


class Answered(NamedTuple):
    """An answer to the *number*th body; instants are seconds since the epoch."""

    number: int
    status: int
    due: float
    at: float


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers to one load."""

    all: Sequence[Answered]

    @property
    def accepted_a_second(self) -> float:
        """How many were accepted in each second, from the first request to the last answer."""
        accepted = [answer for answer in self.all if answer.status < 300]
        return len(accepted) / (max(a.at for a in self.all) - min(a.due for a in self.all))

    def milliseconds(self, percent: float) -> float:
        """The latency that *percent* of the answers did not exceed."""
        return MILLISECONDS * percentile([answer.at - answer.due for answer in self.all], percent)

    @property
    def refused(self) -> int:
        """How many were not accepted."""
        return sum(answer.status >= 300 for answer in self.all)


def send(plan: Plan) -> Answers:
    """Send a load from a process of its own, and wait for all its answers."""
    command = [sys.executable, "-m", "tests.benchmarks.load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), cwd=ROOT, capture_output=True, text=True, check=True)
    return Answers([Answered(*answer) for answer in json.loads(done.stdout)])


class _Line:
    """One connection, with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWERS_WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.number, self.due = 0, 0.0

    def send(self, number: int, request: bytes, due: float) -> None:
        self.number, self.due, self._received = number, due, b""
        self.socket.sendall(request)

    def receive(self) -> Answered | None:
        """Take in what has come; the answer once it is whole."""
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("the server hung up")
        self._received += part
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if not end or length is None or len(body) < int(length[1]):
            return None
        return Answered(self.number, int(head[9:12]), self.due, time.time())


def _signed(body: str) -> bytes:
    raw, timestamp = body.encode(), str(int(time.time()))
    message = b"POST" + PATH.encode() + timestamp.encode() + raw
    signature = hmac.new(SECRETS["courier"].encode(), message, hashlib.sha256).hexdigest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
        f"X-Awal-Signature-256: sha256={signature}\r\nX-Timestamp: {timestamp}\r\n\r\n"
    )
    return head.encode() + raw


def _carry_out(plan: Plan) -> list[Answered]:
    """Send all, or as much as there is time for."""
    waiting = deque(enumerate(map(_signed, plan.bodies)))
    lines = [_Line(plan.port) for _ in range(plan.clients)]
    ready = selectors.DefaultSelector()
    for line in lines:
        ready.register(line.socket, selectors.EVENT_READ, line)
    free, answers, began = deque(lines), list[Answered](), time.time()
    while waiting or len(free) < plan.clients:
        now = time.time()
        if plan.rate is None and now - began >= plan.seconds:
            waiting.clear()
        while free and waiting and (due := began + waiting[0][0] / plan.rate if plan.rate else now) <= now:
            free.popleft().send(*waiting.popleft(), due)
        pause = max(0.0, due - now) if plan.rate and waiting and free else ANSWERS_WITHIN
        for key, _ in ready.select(pause if waiting or len(free) < plan.clients else 0):
            if answer := key.data.receive():
                answers.append(answer)
                free.append(key.data)
    return answers


if __name__ == "__main__":
    json.dump(_carry_out(Plan(**json.load(sys.stdin))), sys.stdout)
