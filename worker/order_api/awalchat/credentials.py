"""The credentials of an awalchat account, as settings (source: its API reference, "Authentication")."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, PositiveInt, StringConstraints

from worker.order_api.base_urls import read_base_url
from worker.order_api.credentials import Credentials
from worker.secret import GivenSecret

HeaderWord = Annotated[str, StringConstraints(pattern="^[!-~]{1,200}\\z")]
QueryWord = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}\\z")]


class SignedPath(StrEnum):
    """The path that the signature covers. When a base URL has a path, the vendor's sample allows both readings."""

    FULL = "full"
    AFTER_BASE_URL = "after_base_url"


class AwalchatCredentials(Credentials):
    """One merchant's workspace at awalchat."""

    base_url: Annotated[str, AfterValidator(read_base_url)]
    """The URL before `/orders`: HTTPS, unless it names this machine."""
    domain: HeaderWord
    """The workspace, sent as `X-Domain`."""
    client_id: HeaderWord
    """The client, sent as `X-Client-ID`."""
    hmac_secret: GivenSecret
    """The secret that signs our calls."""
    phone_number_id: QueryWord
    """The id of the phone number to which the orders belong."""
    signed_path: SignedPath = SignedPath.FULL
    """The path that the signature covers: `full` or `after_base_url`; `doctor` tries both."""
    branch_id: PositiveInt | None = None
    """The branch to name in every write."""

    @property
    def identity(self) -> tuple[str, ...]:
        return self.base_url, self.domain, self.phone_number_id
