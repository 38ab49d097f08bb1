"""The timeouts of the server."""

from typing import NamedTuple


class Timeouts(NamedTuple):
    """How long a sender may be silent, and how long each part of a connection may take."""

    silence_seconds: float = 10.0
    header_seconds: float = 10.0
    """From the opening of the connection, or the first byte of a later request, to the end of its header."""
    request_seconds: float = 60.0
    """From there to the end of the request; and from its answer until the sender has taken all of it."""
    unread_seconds: float = 10.0
    """How long a sender may take nothing of an answer."""
    answer_seconds: float = 4.0
    """From the end of a delivery to its answer; with `POLL_SECONDS`, less than five."""
    idle_seconds: float = 75.0
    age_seconds: float = 600.0
    """The next answer closes a connection that is older."""
    shutdown_seconds: float = 5.0
