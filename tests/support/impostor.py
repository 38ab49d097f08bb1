"""A server that pretends to be a broker or a database, and has a certificate that no authority has signed."""

import socket
import ssl
from contextlib import suppress
from threading import Thread

from tests.support.peer import CERTIFICATE

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""What a client of PostgreSQL asks first."""
CLEARTEXT_PASSWORD = b"R\x00\x00\x00\x08\x00\x00\x00\x03"
"""A PostgreSQL server that wants the password itself."""


class Impostor:
    """Takes one connection after another. `trusted` counts the TLS handshakes that clients have completed.

    `received` has what clients have sent: after the handshake, or in plain text with *tls* off.
    """

    def __init__(self, *, tls: bool = True) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.trusted = self.connections = 0
        self.received = b""
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):  # most clients hang up
                connection.settimeout(3)
                self._handle(connection)

    def _handle(self, connection: socket.socket) -> None:
        if connection.recv(len(SSL_REQUEST), socket.MSG_PEEK) == SSL_REQUEST:
            connection.recv(len(SSL_REQUEST))
            connection.sendall(b"S" if self._tls else b"N")
        if not self._tls:
            self.received += connection.recv(65_536)
            connection.sendall(CLEARTEXT_PASSWORD)
            self.received += connection.recv(65_536)
            return
        with self._context.wrap_socket(connection, server_side=True) as secured:
            self.trusted += 1
            self.received += secured.recv(65_536)
