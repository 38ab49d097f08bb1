"""The type of every secret in the settings: its text never appears in a `repr` or an error, and it is not short."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

SHORTEST_SECRET = 8
"""Bytes. A shorter secret is easy to guess."""


def _long_enough(secret: SecretStr) -> SecretStr:
    try:
        key = secret.get_secret_value().encode()
    except UnicodeEncodeError:  # the environment is not UTF-8; the error itself would show the secret
        raise ValueError("must be UTF-8 text") from None
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"must be at least {SHORTEST_SECRET} bytes long")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
