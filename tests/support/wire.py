"""The receiver's real server in a thread, raw bytes to it, and its responses."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from email.parser import BytesParser
from typing import Any, NamedTuple

from tests.support.receiver import signed
from webhook_receiver.server.limits import Limits
from webhook_receiver.server.processes import open_socket
from webhook_receiver.server.server import Server
from webhook_receiver.server.timeouts import Timeouts

PATH = "/webhooks/courier"


class Response(NamedTuple):
    """One response, as it was received."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """The status and the reason of a well-formed problem."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.status, self.json["reason"]


class Connection:
    """A raw connection to the receiver."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.stream = self.socket.makefile("rb")

    def send(self, raw: bytes) -> "Connection":
        self.socket.sendall(raw)
        return self

    def response(self) -> Response:
        first_line = self.stream.readline()
        assert first_line.startswith(b"HTTP/1."), first_line
        headers = BytesParser().parsebytes(b"".join(iter(self.stream.readline, b"\r\n")))
        return Response(int(first_line.split()[1]), headers, self.stream.read(int(headers["Content-Length"] or 0)))

    def is_closed(self) -> bool:
        return self.stream.read(1) == b""

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


def is_refused(port: int) -> bool:
    """Tell whether no process listens on *port* any more."""
    try:
        Connection(port).close()
    except ConnectionResetError:  # it was queued on a socket that was closed at that moment
        return False
    except ConnectionRefusedError:
        return True
    return False


Connect = Callable[[], Connection]


@contextmanager
def connections(port: int) -> Iterator[Connect]:
    """Yield a function that makes connections. All of them are closed at the end."""
    with ExitStack() as stack:

        def connect() -> Connection:
            connection = Connection(port)
            stack.callback(connection.close)
            return connection

        yield connect


@contextmanager
def serving(app: object, timeouts: Timeouts, limits: Limits = Limits()) -> Iterator[tuple[Server, int]]:  # noqa: B008
    """Serve *app* in a thread, on a free port of this machine. Yields the server and the port."""
    sock = open_socket("127.0.0.1", 0)
    port = sock.getsockname()[1]
    server = Server(app, sock, max_body=65_536, timeouts=timeouts, limits=limits)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, port
    finally:
        server.stop()
        thread.join(60)
        assert not thread.is_alive()


def request(first_line: str, body: bytes = b"", /, **headers: str) -> bytes:
    """Return a request as bytes. An underscore in a header's name stands for a dash."""
    header_lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([first_line, "Host: localhost", *header_lines, "", ""]).encode("latin-1") + body


def delivery(body: bytes, target: str = PATH, **headers: str) -> bytes:
    """Return an authentic delivery as bytes."""
    all_headers = signed(body, target) | {"Content-Length": str(len(body))} | headers
    return request(f"POST {target} HTTP/1.1", body, **all_headers)


def chunked_delivery(body: bytes, size: int = 50) -> bytes:
    """Return an authentic delivery in chunks of *size* bytes."""
    headers = signed(body, PATH) | {"Transfer-Encoding": "chunked"}
    return request(f"POST {PATH} HTTP/1.1", chunks(body, size) + b"0\r\n\r\n", **headers)


def chunks(body: bytes, size: int) -> bytes:
    """Return *body* in chunks of *size* bytes, without the last chunk, which is empty."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
