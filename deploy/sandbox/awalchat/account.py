"""The account at awalchat: the headers of a call, and a second implementation of the signature formula."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus

from deploy.sandbox.errors import ApiError, authentication_failed
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.instants import UnixSeconds

TOLERANCE_S = 300
# Lower-case name -> the documented value; None: any value that is not empty.
REQUIRED_HEADERS: Mapping[str, str | None] = {
    "accept": "application/json",
    "x-awal-signature-256": None,
    "x-timestamp": None,
    "x-domain": None,
    "x-client-id": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The only account of the sandbox.

    *base_path* is the path of the base URL, such as `/api/v1`, or empty.
    The vendor's sample has two readings: *signs_full_path* means that the signed path includes the base path.
    """

    domain: str
    client_id: str
    phone_number_id: str
    hmac_secret: str = field(repr=False)
    base_path: str = "/api/v1"
    signs_full_path: bool = True

    def authenticate(self, request: HttpRequest, now: UnixSeconds) -> None:
        """Raise ApiError unless all headers are there, name this account, and have a valid signature and timestamp.

        A timestamp is valid if it differs from *now* by at most TOLERANCE_S.
        """
        headers = request.headers
        missing = [name for name, value in REQUIRED_HEADERS.items() if not _is_present(headers.get(name), value)]
        if missing:
            raise _missing_headers(missing)
        if not (self._is_named_by(headers) and _is_fresh(headers["x-timestamp"], now)):
            raise authentication_failed()
        expected = self.signature(request).encode()
        if not hmac.compare_digest(expected, headers["x-awal-signature-256"].encode("latin-1", "replace")):
            raise authentication_failed()

    def signature(self, request: HttpRequest) -> str:
        """Return `sha256=` + hex HMAC-SHA256(secret, METHOD + PATH + QUERY_STRING + TIMESTAMP + BODY)."""
        path = request.path if self.signs_full_path else request.path.removeprefix(self.base_path)
        query = f"?{request.query}" if request.query else ""
        head = f"{request.method}{path}{query}{request.headers['x-timestamp']}"
        message = head.encode("latin-1") + request.body
        return "sha256=" + hmac.new(self.hmac_secret.encode(), message, sha256).hexdigest()

    def _is_named_by(self, headers: Mapping[str, str]) -> bool:
        return (headers["x-domain"], headers["x-client-id"]) == (self.domain, self.client_id)


def _missing_headers(names: list[str]) -> ApiError:
    details = dict.fromkeys(names, "is missing, or has another value than documented")
    return ApiError(HTTPStatus.BAD_REQUEST, "Required headers are missing.", details, "missing_headers")


def _is_present(value: str | None, documented: str | None) -> bool:
    return bool(value) if documented is None else value == documented


def _is_fresh(timestamp: str, now: UnixSeconds) -> bool:
    return re.fullmatch("[0-9]{10}", timestamp) is not None and abs(now - int(timestamp)) <= TOLERANCE_S
