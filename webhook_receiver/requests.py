"""One webhook request, as plain values."""

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """A request as it was received.

    *target* is undecoded. The names of *headers* are in lower case, and their values are latin-1 (RFC 9110, 5.5). A
    header that came twice has both values, joined by a comma.
    """

    method: str
    target: bytes
    headers: Mapping[str, str]
    body: bytes
