"""Whose calls are authentic: the account, which is known by one key."""

import hmac
from dataclasses import dataclass, field

from deploy.sandbox.incoming import Incoming
from deploy.sandbox.refusals import authentication_failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The one merchant that the sandbox knows. *base_path* is the path of the base URL, such as `/v2`, or empty."""

    api_key: str = field(repr=False)
    base_path: str = ""

    def authenticate(self, incoming: Incoming) -> None:
        """Raise Refusal unless *incoming* bears our key."""
        given = incoming.headers.get("authorization", "")
        if not hmac.compare_digest(f"Bearer {self.api_key}".encode(), given.encode("latin-1", "replace")):
            raise authentication_failed()
