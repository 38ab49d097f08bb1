"""The type of every secret in the settings: its text never appears in a `repr` or an error, and it is not short."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

SHORTEST_SECRET = 8
"""Bytes. A shorter secret is easy to guess."""


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().encode(errors="surrogatepass")) < SHORTEST_SECRET:
        raise ValueError(f"must be at least {SHORTEST_SECRET} bytes long")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
