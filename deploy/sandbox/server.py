"""The HTTP server of the sandbox. It listens on a loopback address only."""

import signal
from ipaddress import ip_address
from types import FrameType
from typing import Any, NoReturn

from flask import Flask
from waitress.server import create_server

from deploy.sandbox.state import Sandbox


def is_loopback(host: str) -> bool:
    """Return whether *host* is a loopback IP address. A host name is not; it is never resolved."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def bind(app: Flask, host: str, port: int, threads: int) -> tuple[Any, str]:
    """Bind *host*:*port* (0: any free port). Return the waitress server, not yet running, and its URL.

    Raise ValueError for an address that is not loopback, OSError if the bind fails.
    """
    if not is_loopback(host):
        raise ValueError(f"{host} is not a loopback address")
    server = create_server(app, host=host, port=port, threads=threads, ident=None, clear_untrusted_proxy_headers=True)
    url_host = f"[{host}]" if ":" in host else host
    return server, f"http://{url_host}:{server.effective_port}"


def run(server: Any, sandbox: Sandbox) -> None:  # noqa: ANN401 - waitress has no types
    """Serve until SIGTERM or SIGINT, then raise SystemExit(0). Calls that a fault delays do not delay the exit."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        sandbox.state.delays.cancel()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.run()
