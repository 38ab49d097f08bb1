"""The account at Cekat and its API key."""

import hmac
from dataclasses import dataclass, field

from deploy.sandbox.errors import authentication_failed
from deploy.sandbox.http_request import HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The only account of the sandbox. *base_path* is the path of the base URL, such as `/v2`, or empty."""

    api_key: str = field(repr=False)
    base_path: str = ""

    def authenticate(self, request: HttpRequest) -> None:
        """Raise ApiError unless the header `Authorization` is `Bearer` and the account's key."""
        authorization = request.headers.get("authorization", "")
        if not hmac.compare_digest(f"Bearer {self.api_key}".encode(), authorization.encode("latin-1", "replace")):
            raise authentication_failed()
