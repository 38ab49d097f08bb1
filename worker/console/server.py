"""The process of the console: the receiver's HTTP server, on a port of its own, with the console's pages."""

import signal
from contextlib import AbstractContextManager
from functools import partial
from types import FrameType

import structlog
from flask import Flask

from webhook_receiver.server.limits import Limits
from webhook_receiver.server.processes import STOP_SIGNALS, open_socket
from webhook_receiver.server.server import Server
from webhook_receiver.server.timeouts import Timeouts
from worker.console.app import MAX_FORM_BYTES
from worker.settings import Address

CONNECTIONS = 200
"""More than the browsers of any merchant's staff open."""

log = structlog.get_logger()


class ConsoleServer(Server):
    """Serves the console: no request of it is a delivery."""

    grouped = ()

    def report_ending(self) -> None:
        log.info("console_ending")


def serve(app: AbstractContextManager[Flask], address: Address) -> None:
    """Serve *app* on *address* until SIGTERM or SIGINT. Call it in the main thread.

    Raises `CannotListen`, and what the opening of *app* raises.
    """
    with app as application, open_socket(*address) as sock:
        limits = Limits(connections=CONNECTIONS, of_one_address=CONNECTIONS)
        server = ConsoleServer(application, sock, max_body=MAX_FORM_BYTES, timeouts=Timeouts(), limits=limits)
        for number in STOP_SIGNALS:
            signal.signal(number, partial(_stop, server))
        log.info("console_listening", host=address.host, port=sock.getsockname()[1])
        server.run()


def _stop(server: Server, _number: int, _frame: FrameType | None) -> None:
    """Stop *server*. At a second signal, nothing is waited for."""
    if server.is_stopping:
        raise KeyboardInterrupt
    server.stop()
