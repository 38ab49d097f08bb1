"""Whose calls are authentic: the account, and the signature formula worked out a second time."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus

from deploy.sandbox.incoming import Incoming
from deploy.sandbox.refusals import Refusal, authentication_failed

TOLERANCE_SECONDS = 300
# Lower-case name -> the value the documentation prescribes; None: any value that is not empty.
REQUIRED_HEADERS: Mapping[str, str | None] = {
    "accept": "application/json",
    "x-awal-signature-256": None,
    "x-timestamp": None,
    "x-domain": None,
    "x-client-id": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The one merchant that the sandbox knows.

    *base_path* is the path of the base URL, such as `/api/v1`, or empty. *signs_full_path* says which of the
    two readings of the vendor's sample holds: sign the path with its base, or only what comes after it.
    """

    domain: str
    client_id: str
    phone_number_id: str
    hmac_secret: str = field(repr=False)
    base_path: str = "/api/v1"
    signs_full_path: bool = True

    def authenticate(self, incoming: Incoming, now: float) -> None:
        """Raise Refusal unless *incoming* has all headers, our names, our signature, a timestamp near *now* (unix)."""
        missing = [name for name, value in REQUIRED_HEADERS.items() if not _present(incoming.headers.get(name), value)]
        if missing:
            raise _missing_headers(missing)
        if not (self._names_us(incoming.headers) and _is_fresh(incoming.headers["x-timestamp"], now)):
            raise authentication_failed()
        expected = self.signature(incoming).encode()
        if not hmac.compare_digest(expected, incoming.headers["x-awal-signature-256"].encode("latin-1", "replace")):
            raise authentication_failed()

    def signature(self, incoming: Incoming) -> str:
        """Work out `sha256=` + hex HMAC-SHA256(secret, METHOD + PATH + QUERY_STRING + TIMESTAMP + BODY)."""
        path = incoming.path if self.signs_full_path else incoming.path.removeprefix(self.base_path)
        query = f"?{incoming.query}" if incoming.query else ""
        head = f"{incoming.method}{path}{query}{incoming.headers['x-timestamp']}"
        message = head.encode("latin-1") + incoming.body
        return "sha256=" + hmac.new(self.hmac_secret.encode(), message, sha256).hexdigest()

    def _names_us(self, headers: Mapping[str, str]) -> bool:
        return (headers["x-domain"], headers["x-client-id"]) == (self.domain, self.client_id)


def _missing_headers(names: list[str]) -> Refusal:
    details = dict.fromkeys(names, "is missing or has another value than documented")
    return Refusal(HTTPStatus.BAD_REQUEST, "Required headers are missing.", details, "missing_headers")


def _present(value: str | None, prescribed: str | None) -> bool:
    return bool(value) if prescribed is None else value == prescribed


def _is_fresh(timestamp: str, now: float) -> bool:
    return re.fullmatch("[0-9]{10}", timestamp) is not None and abs(now - int(timestamp)) <= TOLERANCE_SECONDS
