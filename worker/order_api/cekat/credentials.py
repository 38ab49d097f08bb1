"""The credentials of a Cekat account, as settings (source: its API reference, "Authentication")."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from worker.order_api.base_urls import read_base_url
from worker.order_api.credentials import Credentials
from worker.secret import GivenSecret


def _check_key(key: SecretStr) -> SecretStr:
    """Return *key* if it can be the value of a header; raises ValueError if not."""
    text = key.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("must be made of ASCII letters, digits and marks, without spaces")
    return key


class CekatCredentials(Credentials):
    """One business at Cekat."""

    base_url: Annotated[str, AfterValidator(read_base_url)] = "https://api.cekat.ai"
    """The URL before `/api/orders`: HTTPS, unless it names this machine."""
    api_key: Annotated[GivenSecret, AfterValidator(_check_key)]
    """The API key, sent as a bearer token."""

    @property
    def identity(self) -> tuple[str, ...]:
        return self.base_url, self.api_key.get_secret_value()
