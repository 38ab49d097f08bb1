"""A peer on a raw socket: it records every byte that was sent to it, and answers with any bytes that a test wants."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A certificate and key for these tests alone; valid until 2120."""
Script = Callable[[socket.socket], object]


class Peer:
    """Accepts connections one after another, reads one request on each, and runs *script* on the connection."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.requests: list[bytes] = []
        self.over = Event()
        self.script: Script = lambda connection: None
        self.tls: ssl.SSLContext | None = None
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def answers(self, raw: bytes) -> None:
        self.script = lambda connection: connection.sendall(raw)

    def drips(self, raw: bytes, pause: float, at_once: bytes = b"") -> None:
        def drip(connection):
            connection.sendall(at_once)
            for byte in raw:
                if self.over.wait(pause):
                    return
                connection.sendall(bytes([byte]))

        self.script = drip

    def speaks_tls(self) -> str:
        """Speak TLS with a certificate that no authority has signed; returns the URL."""
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(CERTIFICATE)
        return f"https://localhost:{self.port}"

    def is_silent(self) -> None:
        self.script = lambda connection: self.over.wait(60)

    def close(self) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):  # the client may hang up at any time
                connection.settimeout(30)
                self._handle(connection)

    def _handle(self, connection: socket.socket) -> None:
        secured = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
        with secured:
            self.requests.append(read_request(secured))
            self.script(secured)


def read_request(connection: socket.socket) -> bytes:
    """Read one whole request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
    while missing > 0:
        piece = _receive(connection)
        received, missing = received + piece, missing - len(piece)
    return received


def _receive(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise ConnectionError("the client has hung up")
    return received
