"""Webhook requests, as plain values."""

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """A request as it was received.

    *target* is undecoded. The names of *headers* are in lower case, and their values are latin-1 (RFC 9110, 5.5). A
    header that came twice has both values, joined by a comma. *peer* is the IP address of the client, as far as
    trusted proxies tell it; empty if it is unknown.
    """

    method: str
    target: bytes
    headers: Mapping[str, str]
    body: bytes
    peer: str = ""


class Sender(NamedTuple):
    """Who sent requests, and what became of them. *source* is empty if the URL names no source."""

    source: str
    outcome: str
    peer: str
