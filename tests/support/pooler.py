"""A pooler of transactions in front of PostgreSQL, as strict as PgBouncer: each transaction gets another session.

It refuses start-up parameters that it does not track, and knows no prepared statement of another session.
"""

import itertools
import secrets
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
TRACKED = {"user", "database", "client_encoding", "datestyle", "timezone", "application_name"}
_TRUSTED = b"R" + struct.pack("!ii", 8, 0)
"""The server's message that it wants no password."""
SESSIONS = 3
ENDS_WITH_READY = {b"Q", b"S"}
"""The messages of a client after which the server says that it is ready."""


class Pooler:
    """Listens at `port` on loopback, for the database *name* of the server at *host* and *server_port*."""

    def __init__(self, host: str, server_port: int, user: str, name: str) -> None:
        self._sessions = [_Session(host, server_port, user, name) for _ in range(SESSIONS)]
        self._next = itertools.cycle(self._sessions)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError, EOFError):
            if _welcome(client, self._sessions[0].parameters):
                while self._run_transaction(client):
                    pass

    def _run_transaction(self, client: socket.socket) -> bool:
        """Carry the messages of one transaction to one session; return False when the client has ended."""
        kind, message = _read(client)
        if kind == b"X":
            return False
        session = next(self._next)
        with session.lock:
            session.socket.sendall(message)
            awaited = int(kind in ENDS_WITH_READY)
            state = b""
            while awaited or state != b"I":
                for ready in select.select([client, session.socket], [], [])[0]:
                    kind, message = _read(ready)
                    (session.socket if ready is client else client).sendall(message)
                    if ready is client:
                        awaited += kind in ENDS_WITH_READY
                    elif kind == b"Z":
                        awaited, state = awaited - 1, message[-1:]
        return True

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # it wakes the thread that accepts
        self._listener.close()
        for session in self._sessions:
            session.socket.close()


class _Session:
    """One session of the server, used by one transaction at a time."""

    def __init__(self, host: str, port: int, user: str, name: str) -> None:
        self.lock = threading.Lock()
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        words = ["user", user, "database", name, "client_encoding", "UTF8"]
        startup = struct.pack("!i", 196608) + b"".join(word.encode() + b"\0" for word in words) + b"\0"
        self.socket.sendall(struct.pack("!i", len(startup) + 4) + startup)
        answers = list(self._messages())
        if answers[0][1] != _TRUSTED:
            pytest.skip("the server asks for a password, which this pooler cannot give")
        self.parameters = b"".join(message for kind, message in answers if kind == b"S")

    def _messages(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the messages of the server until it is ready."""
        kind, message = b"", _TRUSTED
        while kind != b"Z" and (kind != b"R" or message == _TRUSTED):
            kind, message = _read(self.socket)
            yield kind, message


def _welcome(client: socket.socket, parameters: bytes) -> bool:
    """Answer the start of a connection; return False if it is refused."""
    while True:
        (length,) = struct.unpack("!i", _exactly(client, 4))
        body = _exactly(client, length - 4)
        (code,) = struct.unpack("!i", body[:4])
        if code == CANCEL_REQUEST:
            return False
        if code not in {SSL_REQUEST, GSS_REQUEST}:
            break
        client.sendall(b"N")
    names = {name.decode().lower() for name in body[4:].split(b"\0")[:-2:2]}
    if untracked := names - TRACKED:
        text = f"SFATAL\0C08P01\0Munsupported startup parameter: {min(untracked)}\0\0".encode()
        client.sendall(b"E" + struct.pack("!i", len(text) + 4) + text)
        return False
    key = b"K" + struct.pack("!i", 12) + secrets.token_bytes(8)
    client.sendall(_TRUSTED + parameters + key + b"Z" + struct.pack("!i", 5) + b"I")
    return True


def _read(source: socket.socket) -> tuple[bytes, bytes]:
    """Return the kind of the next message, and the message."""
    head = _exactly(source, 5)
    (length,) = struct.unpack("!i", head[1:])
    return head[:1], head + _exactly(source, length - 4)


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = source.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data
