"""Raw bytes to a receiver, and its answers back."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from email.parser import BytesParser
from typing import Any, NamedTuple

from tests.support.receiver import signed
from webhook_receiver.server.processes import open_socket
from webhook_receiver.server.server import Server, Timeouts

PATH = "/webhooks/courier"


class Reply(NamedTuple):
    """One answer, as it came."""

    status: int
    headers: Message
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """The status and the reason of a well-formed problem."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.told["status"] == self.status
        return self.status, self.told["reason"]


class Line:
    """A raw connection to the receiver."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.stream = self.socket.makefile("rb")

    def send(self, raw: bytes) -> "Line":
        self.socket.sendall(raw)
        return self

    def reply(self) -> Reply:
        first = self.stream.readline()
        assert first.startswith(b"HTTP/1."), first
        headers = BytesParser().parsebytes(b"".join(iter(self.stream.readline, b"\r\n")))
        return Reply(int(first.split()[1]), headers, self.stream.read(int(headers["Content-Length"] or 0)))

    def is_closed(self) -> bool:
        return self.stream.read(1) == b""

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


def is_refused(port: int) -> bool:
    """Tell whether nobody listens there any more."""
    try:
        Line(port).close()
    except ConnectionResetError:  # it was queued at a door that closed that very moment
        return False
    except ConnectionRefusedError:
        return True
    return False


Connect = Callable[[], Line]


@contextmanager
def lines(port: int) -> Iterator[Connect]:
    """Connect as often as a test likes; all connections are closed at the end."""
    with ExitStack() as stack:

        def connect() -> Line:
            line = Line(port)
            stack.callback(line.close)
            return line

        yield connect


@contextmanager
def serving(app: object, timeout: Timeouts) -> Iterator[tuple[Server, int]]:
    """Serve *app* on a free port of this machine, in a thread."""
    sock = open_socket("127.0.0.1", 0)
    port = sock.getsockname()[1]
    server = Server(app, sock, max_body=65_536, timeout=timeout)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, port
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def request(first: str, body: bytes = b"", /, **headers: str) -> bytes:
    """Write a request; an underscore in a header's name stands for a dash."""
    named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([first, "Host: localhost", *named, "", ""]).encode("latin-1") + body


def delivery(body: bytes, target: str = PATH, **headers: str) -> bytes:
    """Write an authentic delivery."""
    given = signed(body, target) | {"Content-Length": str(len(body))} | headers
    return request(f"POST {target} HTTP/1.1", body, **given)


def chunked(body: bytes, size: int = 50) -> bytes:
    """Write an authentic delivery in chunks of *size* bytes."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    coded = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return request(f"POST {PATH} HTTP/1.1", coded, **signed(body, PATH), Transfer_Encoding="chunked")
