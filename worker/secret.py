"""The type of every secret in the settings: its text never appears in a `repr` or an error.

It is neither short nor one that everybody knows.
"""

from functools import partial
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from worker.domain.guessable import PLACEHOLDER, why_guessable

SHORTEST_SECRET = 8
"""Bytes. A shorter secret is easy to guess."""
GOOD_KEY = 32
"""Bytes. A key that is shorter than its hash weakens HMAC (RFC 2104, section 3); SHA-256 has 32 bytes."""
GOOD_TOKEN = 16
"""Bytes. 128 bits of chance are out of reach for those who guess."""


def _is_written(secret: SecretStr, *, is_given: bool) -> SecretStr:
    """Return *secret* unless it is a placeholder, which may be as short as "…"."""
    if why_guessable(secret.get_secret_value()) == PLACEHOLDER:
        raise ValueError(guessable_sentence(PLACEHOLDER, is_given=is_given))
    return secret


def _long_enough(secret: SecretStr) -> SecretStr:
    try:
        key = secret.get_secret_value().encode()
    except UnicodeEncodeError:  # the environment is not UTF-8; the error itself would show the secret
        raise ValueError("must be UTF-8 text") from None
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"must be at least {SHORTEST_SECRET} bytes long")
    return secret


def guessable_sentence(reason: str, *, is_given: bool) -> str:
    """Return the sentence about a secret that can be guessed for *reason*. It completes "<key> …".

    *is_given* tells that the platform makes the secret, so that nobody can choose one.
    """
    if reason == PLACEHOLDER:
        own = "that the platform gave you" if is_given else "that you were given, or one of `fulfillment secrets new`"
        return f"is a placeholder of our pages: write the one {own}"
    advice = "let the platform make another one" if is_given else "`fulfillment secrets new` makes a good one"
    return f"is easy to guess: {reason}; {advice}"


def _hard_to_guess(secret: SecretStr, *, is_given: bool) -> SecretStr:
    if reason := why_guessable(secret.get_secret_value()):
        raise ValueError(guessable_sentence(reason, is_given=is_given))
    return secret


Secret = Annotated[
    SecretStr,
    AfterValidator(partial(_is_written, is_given=False)),
    AfterValidator(_long_enough),
    AfterValidator(partial(_hard_to_guess, is_given=False)),
]
"""A secret that the merchant or a sender has chosen."""
GivenSecret = Annotated[
    SecretStr,
    AfterValidator(partial(_is_written, is_given=True)),
    AfterValidator(_long_enough),
    AfterValidator(partial(_hard_to_guess, is_given=True)),
]
"""A secret that the platform has made."""
