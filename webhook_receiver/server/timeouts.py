"""The timeouts of the server."""

from typing import NamedTuple


class Timeouts(NamedTuple):
    """How long a sender may be silent, a request may take, a connection may be idle, and a shutdown may take."""

    silence_seconds: float = 10.0
    request_seconds: float = 60.0
    idle_seconds: float = 75.0
    shutdown_seconds: float = 5.0
