"""Reads a sample: a file with one request of a courier, in one of three forms.

- JSON: `{"method", "path", "headers", "body", "secrets", "options"}`, of which only `body` must be there;
- a raw HTTP request: its first line, headers, an empty line, the body;
- anything else is a bare body.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webhook_receiver.requests import Request
from worker.domain.errors import IllegalRequest

MAX_BYTES = 16_777_216
_REQUEST_LINE = re.compile(rb"([A-Z]{3,10}) (\S+)(?: HTTP/[0-9.]+)?[ \t]*\r?\n")
_HEADER = re.compile(rb"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*?)[ \t]*\r?\n")
_EMPTY_LINE = re.compile(rb"\r?\n")
_KEYS = {"method", "path", "headers"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample. *request* is None for a bare body. *secrets* are by method of authentication.

    *notes* say what was changed or is odd.
    """

    body: bytes
    request: Request | None = None
    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_sample(content: bytes) -> Sample:
    """Return the sample in *content*. Raises `IllegalRequest` when it has the form of JSON, but a wrong part."""
    if line := _REQUEST_LINE.match(content):
        return _read_raw(content, line)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return Sample(content)
    if isinstance(document, dict) and "body" in document and _KEYS & document.keys():
        return _read_document(document)
    return Sample(content)


def _read_raw(content: bytes, line: re.Match[bytes]) -> Sample:
    headers: dict[str, str] = {}
    end = line.end()
    while header := _HEADER.match(content, end):
        name, value = header[1].decode().lower(), header[2].decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
        end = header.end()
    empty = _EMPTY_LINE.match(content, end)
    if empty is None and end < len(content):
        number = content.count(b"\n", 0, end) + 1
        raise IllegalRequest(f"line {number} of the sample is no header, and no empty line stands before the body")
    body, notes = _fitted(content[empty.end() if empty else end :], headers.get("content-length", ""))
    return Sample(body, Request(line[1].decode(), line[2], headers, body), notes=notes)


def _fitted(body: bytes, length: str) -> tuple[bytes, tuple[str, ...]]:
    """Return the body without the newline that an editor has added behind it, by the header Content-Length."""
    if not length.isdigit() or int(length) == len(body):
        return body, ()
    wanted = int(length)
    if wanted < len(body) and not body[wanted:].strip(b"\r\n"):
        return body[:wanted], (f"the line break behind the body is cut off: Content-Length is {wanted}",)
    return body, (f"the body has {len(body)} bytes, but Content-Length is {wanted}: it is not as it came",)


def _read_document(document: Mapping[str, object]) -> Sample:
    body = document["body"]
    if not isinstance(body, str):
        raise IllegalRequest("the sample's body must be a text: the body exactly as it came")
    raw = body.encode(errors="surrogatepass")
    method, path = _text(document, "method", "POST"), _text(document, "path", "/")
    headers = {
        name.lower(): value.encode(errors="surrogatepass").decode("latin-1")
        for name, value in _texts(document, "headers").items()
    }
    request = Request(method.upper(), path.encode(), headers, raw)
    return Sample(raw, request, _secrets(document), _texts(document, "options"))


def _text(document: Mapping[str, object], key: str, default: str) -> str:
    value = document.get(key, default)
    if not isinstance(value, str):
        raise IllegalRequest(f"the sample's {key} must be a text")
    return value


def _texts(document: Mapping[str, object], key: str) -> dict[str, str]:
    table = document.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise IllegalRequest(f"the sample's {key} must be an object of texts")
    return table


def _secrets(document: Mapping[str, object]) -> dict[str, list[str]]:
    table = document.get("secrets", {})
    if not isinstance(table, dict):
        raise IllegalRequest("the sample's secrets must be an object: a text or a list of texts for each method")
    lists = {name: secrets if isinstance(secrets, list) else [secrets] for name, secrets in table.items()}
    if not all(isinstance(secret, str) and secret for secrets in lists.values() for secret in secrets):
        raise IllegalRequest("the sample's secrets must be texts that are not empty")
    return lists
