"""Masks secrets in log lines. No code should log a secret: the masking is the second line of defence."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

from structlog.typing import EventDict, WrappedLogger

from worker.domain.reasons import RefusalReason

REDACTED = "[redacted]"
MAX_DEPTH = 6
"""Levels of nested values that are kept as structures; deeper ones become text."""

_SECRET_KEY = re.compile(
    "secret|signature|token|authorization|password|passwd|api_?key|cookie|credential", re.IGNORECASE
)
_REASONS = frozenset(reason.value for reason in RefusalReason)
"""Keys that name a secret and have a number: how many requests were refused for which reason."""
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):\S*@")
_SHORTEST_MASKED = 4
"""Characters. A shorter text is no secret, and occurs in too many words."""


class Redactor:
    """Masks values under keys such as `token`, and the given *secrets* in all texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST_MASKED for form in _forms(secret)}
        # The longest first, because one secret may be the beginning of another.
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None
        self._shortest = len(longest_first[-1]) if forms else 0

    def redact(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Return *event* with its secrets masked. This is a processor of structlog."""
        return {key: self._value(key, value, MAX_DEPTH) for key, value in event.items()}

    def _value(self, key: object, value: object, depth: int) -> object:
        if key and _names_a_secret(str(key)):
            return REDACTED
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.text(value)
            case dict() if depth:
                return {self.text(str(name)): self._value(name, inner, depth - 1) for name, inner in value.items()}
            case list() | tuple() | set() | frozenset() if depth:
                return [self._value("", inner, depth - 1) for inner in value]
        return self.text(repr(value))

    def text(self, text: str) -> str:
        """Return *text* with its secrets masked."""
        # Most texts of a line are short words. To look for the secrets in them would take most of the line's time.
        masked = self._secrets.sub(REDACTED, text) if self._secrets and len(text) >= self._shortest else text
        return _PASSWORD_IN_URL.sub(rf"\1:{REDACTED}@", masked) if "://" in masked else masked


@lru_cache(maxsize=1024)
def _names_a_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None and key not in _REASONS


def _forms(secret: str) -> set[str]:
    """Return the forms of a secret in a text: as it is, and as in a repr, in JSON and in a URL."""
    raw = secret.encode(errors="surrogatepass")
    quoted = {repr(secret)[1:-1], repr(raw)[2:-1], json.dumps(secret)[1:-1], json.dumps(repr(secret)[1:-1])[1:-1]}
    return {secret, *quoted, quote(raw), quote(raw, safe=""), quote_plus(raw)}
