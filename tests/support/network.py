"""A network that can fall silent: a TCP proxy on loopback, between a client and a server."""

import select
import socket
import threading
from contextlib import suppress


class Network:
    """A network between us and the server. While it is `silent`, it accepts bytes and delivers none.

    After `forget`, it delivers nothing on its present connections and carries new ones.
    """

    def __init__(self, host: str, port: int) -> None:
        self.silent = threading.Event()
        self._connections = self._forgotten = 0
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._connections += 1
                far = socket.create_connection(self._server)
                threading.Thread(target=self._carry, args=(self._connections, near, far), daemon=True).start()

    def forget(self) -> None:
        """Deliver nothing on the present connections from now on."""
        self._forgotten = self._connections

    def _carry(self, number: int, near: socket.socket, far: socket.socket) -> None:
        with near, far, suppress(OSError):
            while True:
                for ready in select.select([near, far], [], [], 0.1)[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if not self.silent.is_set() and number > self._forgotten:
                        (far if ready is near else near).sendall(data)

    def close(self) -> None:
        with suppress(OSError):  # it wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
