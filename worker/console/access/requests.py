"""What the access to the console needs to know of a request."""

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """A request: the address of the connection, the header `Host`, all headers by lower-case name, and the session."""

    peer: str
    host: str
    headers: Mapping[str, str]
    session: str = ""
    """The secret of the session, as the cookie has it; empty without one."""
