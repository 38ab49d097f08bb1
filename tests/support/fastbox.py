"""An invented courier: its profile, and a request that it signs."""

import hashlib
import hmac
from pathlib import Path

from tests.support.commands import CommandResult, Commands

SECRET = "the-secret-of-fastbox"
PROFILE = """
title = "Fastbox"
[options.header]
help = "the name of the header that you chose at Fastbox."
default = "X-Sig"
[auth.signature]
kind = "hmac"
from = "header:{option:header}"
[read]
number = "ref"
tracking = "awb"
time = "at"
times = ["%d/%m/%Y %H:%M"]
[status]
from = "state"
rows = [["D", "delivered"], ["I", "info"]]
"""
BODY = '{"ref": "TK-7", "awb": "T1", "at": "27/11/2026 12:00", "state": "D"}'
NO_SETTINGS = {"FULFILLMENT_ACCOUNTS__MAIN__PLATFORM": None, "FULFILLMENT_SOURCES__COURIER__SECRETS": None}


def raw(body: str = BODY, **headers: str) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST /webhooks/fastbox HTTP/1.1\r\n{lines}\r\n{body}"


def signature(body: str = BODY, key: str = SECRET) -> str:
    return hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()


def try_profile(fulfillment: Commands, content: str, *arguments: str) -> CommandResult:
    """Run `fulfillment sources try` on a sample with *content*, in the working directory."""
    Path("sample").write_bytes(content.encode())
    result = fulfillment("sources", "try", "fastbox.toml", "sample", *arguments)
    assert SECRET not in result.out + result.err
    return result
