"""Searches for what would make a method of authentication fit a request.

The search is bounded by the number of digests and by the bytes that they cover, so its result is always the same.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from webhook_receiver.profiles.engine.authentication import OpenedRequest
from webhook_receiver.profiles.engine.messages import SignedValues, Template, filled, parse_template, with_option_values
from webhook_receiver.profiles.engine.values import NoText
from webhook_receiver.profiles.schema.compilation import options_of
from webhook_receiver.profiles.schema.model import AuthTable, DigestAuth, HmacAuth, ProfileFile
from webhook_receiver.profiles.trial.attempts import Attempt, phases
from webhook_receiver.profiles.trial.candidates import Key, keys_of
from webhook_receiver.profiles.trial.carriers import DIGEST_SIZES, Carrier, carriers_of
from webhook_receiver.profiles.trial.disclosed import find_disclosed
from worker.domain.errors import Unusable

MAX_DIGESTS, MAX_BYTES = 200_000, 400_000_000
_OVERHEAD = 200
"""Bytes. A short message costs about as much as these."""


@dataclass(frozen=True, slots=True)
class Question:
    """The method *name* of *profile* does not pass for *opened*, with these *secrets* by method.

    *is_builtin* is that of the `Subject`.
    """

    profile: ProfileFile
    name: str
    secrets: Mapping[str, Sequence[str]] = field(repr=False)
    options: Mapping[str, str]
    opened: OpenedRequest
    is_builtin: bool = False

    @property
    def table(self) -> AuthTable:
        """The keys of the method."""
        return self.profile.auth[self.name]

    @property
    def message(self) -> Template:
        """The message of the method, as it is written."""
        return self.table.message if isinstance(self.table, HmacAuth | DigestAuth) else _parsed("{body}")


class Hit(NamedTuple):
    """What fits: the keys of a method, the secret, and the body that was signed.

    With *remarks*, the keys alone do not make it fit.
    """

    keys: Mapping[str, object]
    secret: str
    body: bytes
    remarks: tuple[str, ...] = ()


class Search(NamedTuple):
    """The result of a search. *is_complete* is False when it ended at its bounds."""

    hits: tuple[Hit, ...]
    digests: int
    is_complete: bool


class _Known(NamedTuple):
    """A secret in one of its forms."""

    secret: str
    key: Key
    remarks: tuple[str, ...]


class _Bounds:
    def __init__(self) -> None:
        self.digests = self.size = 0

    def add(self, message: bytes) -> None:
        self.digests += 1
        self.size += len(message) + _OVERHEAD

    @property
    def are_reached(self) -> bool:
        return self.digests >= MAX_DIGESTS or self.size >= MAX_BYTES


def search(question: Question) -> Search:
    """Return what would make the method pass: the secret as it is, else the first signatures that fit."""
    if disclosed := tuple(_disclosed(question)):
        return Search(disclosed, 0, is_complete=True)
    bounds, hits = _Bounds(), tuple[Hit, ...]()
    carriers = carriers_of(question.opened)
    secrets = list(_known_secrets(question))
    if carriers:
        for attempts in phases(question.opened, question.message, carriers):
            hits = tuple(_signed(question, attempts, carriers, secrets, bounds))
            if hits or bounds.are_reached:
                break
    return Search(hits, bounds.digests, bool(hits) or not bounds.are_reached)


def _secrets(question: Question) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each secret with its remarks: first those of the method itself."""
    yield from ((secret, ()) for secret in question.secrets.get(question.name, ()))
    for name, secrets in question.secrets.items():
        if name != question.name:
            yield from ((secret, (f"with the secret of {name}",)) for secret in secrets)


def _known_secrets(question: Question) -> Iterator[_Known]:
    for secret, remarks in _secrets(question):
        for key in keys_of(secret):
            yield _Known(secret, key, (*remarks, key.remark) if key.remark else remarks)


def _disclosed(question: Question) -> Iterator[Hit]:
    for secret, remarks in _secrets(question):
        for found in find_disclosed(question.opened, secret):
            keys = {
                "kind": found.kind,
                "from": found.part.location,
                "prefix": found.part.prefix,
                "item": found.part.item,
            }
            more = (found.remark,) if found.remark else ()
            yield Hit(keys, secret, question.opened.request.body, (*remarks, *more))


def _signed(
    question: Question,
    attempts: Iterable[Attempt],
    carriers: Sequence[Carrier],
    secrets: Sequence[_Known],
    bounds: _Bounds,
) -> Iterator[Hit]:
    by_digest: dict[bytes, list[Carrier]] = {}
    for carrier in carriers:
        by_digest.setdefault(carrier.digest, []).append(carrier)
    hashes = [name for name, size in DIGEST_SIZES.items() if any(len(digest) == size for digest in by_digest)]
    options = options_of(question.profile, question.options)
    for attempt in attempts:
        values, template = _values(question, attempt), with_option_values(_parsed(attempt.template), options)
        for known, name in product(secrets, hashes):
            message = _message(template, values, known.key.key)
            digest = _digest(attempt, message, known.key.key, name, bounds)
            yield from (_hit(attempt, known, name, carrier) for carrier in by_digest.get(digest, ()))
        if bounds.are_reached:
            return


def _values(question: Question, attempt: Attempt) -> SignedValues:
    return replace(question.opened.values(attempt.time.text if attempt.time else ""), body=attempt.body.body)


def _message(template: Template, values: SignedValues, key: bytes) -> bytes | None:
    """Return the message; None when one of its fields has no text."""
    with suppress(NoText, Unusable):
        return filled(template, values, key)
    return None


def _digest(attempt: Attempt, message: bytes | None, key: bytes, name: str, bounds: _Bounds) -> bytes:
    """Return the digest of the attempt's message; empty when there is none."""
    if message is None or (name == "md5" and not attempt.hashes_secret):
        return b""
    bounds.add(message)
    if attempt.hashes_secret:
        return hashlib.new(name, message, usedforsecurity=False).digest()
    return hmac.digest(key, message, name)


@lru_cache(10_000)
def _parsed(text: str) -> Template:
    return parse_template(text)


def _hit(attempt: Attempt, known: _Known, name: str, carrier: Carrier) -> Hit:
    part, time = carrier.part, attempt.time
    keys = {
        "kind": "digest" if attempt.hashes_secret else "hmac",
        "from": part.location,
        "prefix": part.prefix,
        "item": part.item,
        "hash": name,
        "encoding": carrier.encoding,
        "message": attempt.template,
        "secret_form": known.key.form,
        "time": {"from": time.location, "item": time.item} if time else None,
    }
    return Hit(keys, known.secret, attempt.body.body, (*known.remarks, *_remarks(attempt, carrier)))


def _remarks(attempt: Attempt, carrier: Carrier) -> Iterator[str]:
    if attempt.body.remark:
        yield f"{attempt.body.remark} (the sample is not byte by byte what was sent)"
    if carrier.encoding not in {"hex", "base64"}:
        yield f"{carrier.encoding}, which a profile cannot say"
    if attempt.time and attempt.time.prefix:
        yield f"the time stands behind “{attempt.time.prefix}”, which a profile cannot say"
