"""What the options of `sources try` say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webhook_receiver.profiles.schema.model import ProfileFile
from worker.domain.errors import IllegalRequest

_METHOD = re.compile("[a-z_]+")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the options of `sources try` say. What they do not say is empty."""

    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    prefix: str = ""
    reference: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)


def pairs_of(texts: Sequence[str], option: str) -> list[tuple[str, str]]:
    """Return the pairs `NAME=VALUE` that the option *option* was given. Raises `IllegalRequest`."""
    pairs = [text.partition("=") for text in texts]
    if not all(name and equals for name, equals, _ in pairs):
        raise IllegalRequest(f"{option} must be NAME=VALUE")
    return [(name, value) for name, _, value in pairs]


def status_pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs `WORD=EVENT`; a word may have `=`. Raises `IllegalRequest`."""
    pairs = [text.rpartition("=") for text in texts]
    if not all(word and equals for word, equals, _ in pairs):
        raise IllegalRequest("--status must be WORD=EVENT")
    return [(word, name) for word, _, name in pairs]


def secrets_of(texts: Sequence[str], profile: ProfileFile) -> dict[str, list[str]]:
    """Return the secrets by method. A text that does not begin with `name=` is for the only method of *profile*.

    Raises `IllegalRequest`.
    """
    secrets: dict[str, list[str]] = {}
    for text in texts:
        name, equals, secret = text.partition("=")
        if not (equals and _METHOD.fullmatch(name) and secret) and len(profile.auth) == 1:
            name, secret = next(iter(profile.auth)), text
        if name not in profile.auth or not secret:
            raise IllegalRequest(f"--secret must be NAME=SECRET, and NAME one of: {', '.join(profile.auth)}")
        secrets.setdefault(name, []).append(secret)
    return secrets
