"""One call through the client to a peer, and how it ends."""

import time
from datetime import timedelta

import httpx
import pytest

from worker.domain.errors import Transient
from worker.order_api.http.client import Timeouts

QUICK = Timeouts(connect=timedelta(minutes=1), read=timedelta(minutes=1), overall=timedelta(seconds=0.3))
"""For calls that end with the deadline."""
PATIENT = Timeouts(connect=timedelta(minutes=1), read=timedelta(minutes=1), overall=timedelta(minutes=1))
"""For calls that end before it."""
SLACK_SECONDS = 10.0
"""How far a call may exceed its deadline on a busy machine. The peers that hang do so for longer."""


def http(body=b"{}", status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(client, url, content=None):
    return client.send("PUT" if content else "GET", url, httpx.Auth(), {"Accept": "application/json"}, content)


def failure(client, url, content=None):
    """Return the error with which a call fails, and the seconds that it takes."""
    began_at = time.monotonic()
    with pytest.raises(Transient) as failed:
        send(client, url, content)
    return failed.value, time.monotonic() - began_at
