"""What waitress is told of our needs."""

import socket

from waitress.adjustments import Adjustments

THREADS = 4
"""These answer what is no delivery, so that a slow page delays no delivery, and a slow database no page but its own."""
MAX_HEADER_BYTES = 16_384
ANSWER_BUFFER_BYTES = 65_536
"""How many bytes of an answer are gathered before they are sent."""
NEVER_ON_DISK = 1 << 40
"""Bytes. A body in a file would need one more of the files that a process may open."""


def adjustments_for(sock: socket.socket, max_body: int) -> Adjustments:
    """Return the settings of a server on *sock*, where a body has at most *max_body* bytes."""
    adjustments = Adjustments(
        sockets=[sock],
        threads=THREADS,
        ident="fulfillment",
        asyncore_use_poll=True,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=2 * max_body + 4096,
        inbuf_overflow=NEVER_ON_DISK,
        expose_tracebacks=False,
        log_socket_errors=False,
        # The application must see whether a proxy forwards a request, because then the client is not local.
        clear_untrusted_proxy_headers=False,
    )
    # An answer is sent in one piece, and wakes its reader once. waitress warns when this is given as an argument.
    adjustments.send_bytes = ANSWER_BUFFER_BYTES
    return adjustments
