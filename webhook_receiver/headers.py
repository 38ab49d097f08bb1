"""The headers of the receiver's answers."""

from collections.abc import Mapping
from types import MappingProxyType

ANSWER_HEADERS: Mapping[str, str] = MappingProxyType({"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})
"""Every answer has these: no client may guess another type, and nobody between us and the client may keep it."""
RETRY_HEADERS: Mapping[str, str] = MappingProxyType({"Retry-After": "5"})
"""An answer 503 has these, too. In seconds."""
