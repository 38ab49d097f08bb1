"""How couriers write times and JSON, and how they sign, in a few lines that share no code with the receiver."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

RIYADH, JAKARTA, SINGAPORE = (timezone(timedelta(hours=hours)) for hours in (3, 7, 8))

Moment: TypeAlias = datetime | str | int | None
"""A time that happened; or a text or a number that is written as it is; or None, for no time."""


def written(moment: Moment, form: Callable[[datetime], object]) -> object:
    """Return *moment* in *form*, unless it is no moment at all."""
    return form(moment) if isinstance(moment, datetime) else moment


def unix(moment: datetime) -> int:
    return int(moment.timestamp())


def unix_ms(moment: datetime) -> int:
    return unix(moment) * 1000


def utc(moment: datetime, fraction: str = "") -> str:
    """`2026-11-27T20:00:00Z`, with *fraction* before the `Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def local(moment: datetime, zone: timezone, between: str = " ") -> str:
    """`2026-11-27 23:00:00`, without an offset."""
    return f"{moment.astimezone(zone):%Y-%m-%d{between}%H:%M:%S}"


def with_offset(moment: datetime, zone: timezone = SINGAPORE) -> str:
    """`2026-11-28T04:00:00+0800`: the offset has no colon."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S%z}"


def compact(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")


def spaced(document: object) -> bytes:
    return json.dumps(document).encode()


def pretty(document: object) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode(errors="surrogatepass")


def hmac_base64(secret: str, message: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def hmac_hex(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
