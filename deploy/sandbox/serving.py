"""The sandbox on a socket of the loopback interface, and nowhere else."""

import signal
from ipaddress import ip_address
from types import FrameType
from typing import Any, NoReturn

from flask import Flask
from waitress.server import create_server

from deploy.sandbox.world import Sandbox


def is_loopback(host: str) -> bool:
    """Say whether *host* is an address of the loopback interface; names are not resolved, and are none."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def bind(app: Flask, host: str, port: int, threads: int) -> tuple[Any, str]:
    """Listen at *host*:*port* (0: any free one); give the waitress server, not yet running, and its URL.

    Raise ValueError for an address that is not loopback, OSError when it cannot be taken.
    """
    if not is_loopback(host):
        raise ValueError(f"{host} is not a loopback address")
    server = create_server(app, host=host, port=port, threads=threads, ident=None, clear_untrusted_proxy_headers=True)
    name = f"[{host}]" if ":" in host else host
    return server, f"http://{name}:{server.effective_port}"


def run(server: Any, sandbox: Sandbox) -> None:  # noqa: ANN401 - waitress has no types
    """Serve until SIGTERM or SIGINT; calls that are held back by a fault do not hold up the end."""

    def end(_signal: int, _frame: FrameType | None) -> NoReturn:
        sandbox.world.end()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    server.run()
