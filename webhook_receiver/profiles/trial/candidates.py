"""The messages that senders sign, and the forms of a secret, in the order in which they are worth a try."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, permutations
from typing import NamedTuple, get_args

from webhook_receiver.profiles.engine.authentication import OpenedRequest, SecretForm, key_of
from webhook_receiver.profiles.engine.messages import Template
from webhook_receiver.profiles.schema.model import is_header_name
from webhook_receiver.profiles.trial.carriers import Carrier
from webhook_receiver.profiles.trial.outline import leaves
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import Unusable

SEPARATORS = ("", ".", ":", "|", "\n", ",", "-", "&", " ", "_")
FEW_SEPARATORS = ("", ".", ":", "|", "\n")
MAX_FIELDS, MAX_IN_THREES, MAX_HEADERS, MAX_PERMUTED = 40, 20, 20, 5
USUAL_HEADERS = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length", "content-type"}
    | {
        "forwarded",
        "host",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    }
)
"""No sender signs these alone."""
_BRACES = frozenset("{}")


class Key(NamedTuple):
    """A key, the form of the secret that gives it, and a remark when a profile cannot say this form."""

    form: str
    key: bytes
    remark: str = ""


class Body(NamedTuple):
    """A body that may have been signed, and how it differs from the one in the request; empty: not at all."""

    body: bytes
    remark: str = ""


def keys_of(secret: str) -> Iterator[Key]:
    """Yield the keys that *secret* could stand for."""
    known = set()
    for form in get_args(SecretForm):
        with suppress(ValueError):
            key = key_of(secret, form)
            if key not in known:
                known.add(key)
                yield Key(form, key)
    if secret.strip() != secret:
        yield Key("text", secret.strip().encode(), "the secret without the spaces at its ends")
    with suppress(ValueError):
        yield Key("text", bytes.fromhex(secret), "the secret as hex digits of the key, which a profile cannot say")


def bodies_of(body: bytes) -> Iterator[Body]:
    """Yield bodies that may have been signed in the place of *body*: a sample is easily changed when it is saved."""
    yield Body(body)
    variants = [
        Body(body.removesuffix(b"\n").removesuffix(b"\r"), "the body without its last newline"),
        Body(body + b"\n", "the body with a newline at its end"),
        Body(body.replace(b"\r\n", b"\n"), "the body with LF instead of CRLF"),
        Body(
            body.replace(b"\r\n", b"\n").removesuffix(b"\n"), "the body with LF instead of CRLF, without the last one"
        ),
        Body(body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), "the body with CRLF instead of LF"),
        Body(body.strip(), "the body without the spaces at its ends"),
        *_written_anew(body),
    ]
    known = {body}
    for variant in variants:
        if variant.body not in known:
            known.add(variant.body)
            yield variant


def _written_anew(body: bytes) -> Iterator[Body]:
    try:
        document = read_document(body)
    except Malformed:
        return
    for ascii_only in (False, True):
        escaped = " and \\u escapes" if ascii_only else ""
        compact = json.dumps(document, separators=(",", ":"), ensure_ascii=ascii_only)
        yield Body(_bytes(compact), f"the body as JSON without spaces{escaped}")
        yield Body(_bytes(compact.replace("/", "\\/")), f"the body as JSON without spaces, with \\/{escaped}")
        yield Body(_bytes(json.dumps(document, ensure_ascii=ascii_only)), f"the body as JSON on one line{escaped}")
        for indent in (2, 4):
            text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
            yield Body(_bytes(text), f"the body as JSON indented by {indent}{escaped}")
        ordered = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=ascii_only)
        yield Body(_bytes(ordered), f"the body as JSON without spaces, sorted by key{escaped}")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def timed_templates(headers: Sequence[str]) -> Iterator[str]:
    """Yield templates with `{time}` for a request with these *headers*."""
    for separator in SEPARATORS:
        yield f"{{time}}{separator}{{body}}"
        yield f"{{body}}{separator}{{time}}"
    for separator in FEW_SEPARATORS:
        yield separator.join(("{method}", "{path}", "{time}", "{body}"))
        yield separator.join(("{time}", "{method}", "{path}", "{body}"))
        yield separator.join(("{method}", "{path}", "{body}", "{time}"))
        yield separator.join(("{time}", "{path}", "{body}"))
        for name in headers:
            yield separator.join((f"{{header:{name}}}", "{time}", "{body}"))
            yield separator.join(("{time}", f"{{header:{name}}}", "{body}"))
    yield "{method}{path}{query}{time}{body}"
    yield "{method}{path}?{query}{time}{body}"


def body_templates(headers: Sequence[str]) -> Iterator[str]:
    """Yield templates with `{body}` and without `{time}`, for a request with these *headers*."""
    yield "{body}"
    for separator in FEW_SEPARATORS:
        yield f"{{path}}{separator}{{body}}"
        yield f"{{method}}{separator}{{path}}{separator}{{body}}"
        yield f"{{body}}{separator}{{path}}"
        for name in headers:
            yield f"{{header:{name}}}{separator}{{body}}"
            yield f"{{body}}{separator}{{header:{name}}}"
    for one, other in permutations(headers, 2):
        yield from (f"{{header:{one}}}{separator}{{header:{other}}}{separator}{{body}}" for separator in ("", ".", ":"))


def own_field_templates(message: Template) -> Iterator[str]:
    """Yield the fields of *message* in each order, and with each separator."""
    for chosen in permutations(message.arguments("field")[:MAX_PERMUTED]):
        yield from (separator.join(f"{{field:{path}}}" for path in chosen) for separator in SEPARATORS)


def single_field_templates(opened: OpenedRequest) -> list[str]:
    """Return a template for each field of the body, if it can be read."""
    try:
        fields = list(leaves(opened.document))
    except Unusable:
        return []
    paths = [path for path, value in fields if not isinstance(value, float) and not _BRACES & set(path)]
    return [f"{{field:{path}}}" for path in paths[:MAX_FIELDS]]


def several_field_templates(singles: Sequence[str]) -> Iterator[str]:
    """Yield two and three of *singles* in each order, with the usual separators."""
    for chosen in chain(permutations(singles, 2), permutations(singles[:MAX_IN_THREES], 3)):
        yield from (separator.join(chosen) for separator in (":", "", ".", "|"))


def with_secret(template: str) -> Iterator[str]:
    """Yield *template* with the secret before and after it, as digests have it; or as it is, if it has the secret."""
    if "{secret}" in template:
        yield template
        return
    for separator in SEPARATORS:
        yield f"{{secret}}{separator}{template}"
        yield f"{template}{separator}{{secret}}"


def header_names(opened: OpenedRequest, carriers: Sequence[Carrier]) -> list[str]:
    """Return the names of headers that could be a part of a message: a signature does not sign itself."""
    own = {carrier.part.location for carrier in carriers}
    names = [name for name in opened.request.headers if is_header_name(name) and name not in USUAL_HEADERS]
    return [name for name in names if f"header:{name}" not in own and not _BRACES & set(name)][:MAX_HEADERS]
