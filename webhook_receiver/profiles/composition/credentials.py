"""Adds to a request what authenticates it, as a courier does with the first secret of each method."""

import json
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from webhook_receiver.profiles.composition.drafts import Unsettable, with_value
from webhook_receiver.profiles.engine.authentication import Location, Method, expected
from webhook_receiver.profiles.engine.documents import Content
from webhook_receiver.profiles.engine.messages import SignedValues
from webhook_receiver.profiles.engine.paths import Path
from webhook_receiver.profiles.engine.values import NoText, text_of
from webhook_receiver.requests import Request
from worker.domain.signing import split_target

CONTENT_TYPES: dict[Content, str] = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_MADE_BY_CLIENT = {"host", "content-length", "connection", "transfer-encoding"}
"""Headers that an HTTP client sets when it sends the request, after the signature was computed."""


class Outgoing:
    """A request that is being made: *document* is its outer document. *target* is undecoded."""

    def __init__(self, method: str, target: bytes, document: object, content: Content, public_prefix: str = "") -> None:
        self._method, self._target, self._content, self._public_prefix = method, target, content, public_prefix
        self.document = document
        self.headers = {"content-type": CONTENT_TYPES[content]}
        self._query: dict[str, str] = {}

    def put(self, location: Location, value: bytes) -> None:
        """Put *value* there, beside the other items of a list. Raises `Unsettable`."""
        text = value.decode("latin-1" if location.part == "header" else "utf-8")
        if location.path:
            self.document = with_value(self.document, location.path, _joined("", location.item, text))
            return
        fields = self.headers if location.part == "header" else self._query
        name = location.name.lower() if location.part == "header" else location.name
        fields[name] = _joined(fields.get(name, "") if location.item else "", location.item, text)

    def request(self) -> Request:
        """Return the request as it is now. Raises `Unsettable` when a form cannot hold the document."""
        path, query = split_target(self._target)
        added = urlencode(self._query, quote_via=quote).encode()
        target = path + query + (b"&" if query else b"?") + added if added else self._target
        return Request(self._method, target, dict(self.headers), self._body())

    def values(self, time: str) -> SignedValues:
        """Return what the places of a message can be filled with."""
        made = self.request()
        document = self.document
        return SignedValues(
            made.method, made.target, made.headers, made.body, lambda: document, time, self._public_prefix
        )

    def _body(self) -> bytes:
        if self._content == "json":
            return json.dumps(self.document).encode()
        if not isinstance(self.document, dict):
            raise Unsettable("reads a form, and the document has no fields")
        try:
            fields = {name: text_of(value) for name, value in self.document.items()}
        except NoText as error:
            raise Unsettable("reads a form, and a path leads into one of its fields") from error
        return urlencode(fields, errors="surrogatepass").encode()


def add_credentials(outgoing: Outgoing, methods: Sequence[Method], nonce: str, now: int) -> None:
    """Authenticate *outgoing* by the first secret of each of *methods*, at *now* (unix seconds).

    *nonce* is the value of every other header that is signed. Raises `Unsettable`.
    """
    time = f"{now:010d}"
    for location in dict.fromkeys(method.time for method in methods if method.time):
        outgoing.put(location, time.encode())
    for name in _signed_headers(methods):
        outgoing.headers.setdefault(name, nonce)
    for method in sorted(methods, key=_sequence):
        _check_order(method)
        try:
            value = expected(method, outgoing.values(time))[0]
        except NoText as error:
            raise Unsettable(f"signs a field by {method.name} that has no text") from error
        scheme = b"Basic " if method.kind == "basic" else b""
        outgoing.put(method.location, method.prefix.encode() + scheme + value)


def _sequence(method: Method) -> tuple[bool, int]:
    """Return what sorts methods: secrets as they are come first, and what other signatures may cover comes early."""
    return method.kind in {"hmac", "digest"}, ("body", "query", "header").index(method.location.part)


def _signed_headers(methods: Iterable[Method]) -> Iterable[str]:
    for method in methods:
        for name in map(str.lower, method.message.arguments("header")):
            if name in _MADE_BY_CLIENT:
                raise Unsettable(f"signs the header {name}, which is made when the request is sent")
            is_own = any(
                location.part == "header" and location.name.lower() == name for location in _locations(methods)
            )
            if not is_own:
                yield name


def _locations(methods: Iterable[Method]) -> Iterable[Location]:
    for method in methods:
        yield method.location
        if method.time:
            yield method.time


def _check_order(method: Method) -> None:
    """Raise `Unsettable` when a signature would have to cover itself."""
    location, message = method.location, method.message
    if location.part == "body" and (message.has("body") or _text(location.path) in message.arguments("field")):
        raise Unsettable(f"has the signature {method.name} in the body that it signs")
    if location.part == "query" and message.has("query"):
        raise Unsettable(f"has the signature {method.name} in the query that it signs")


def _text(path: Path | None) -> str:
    return path.text if path else ""


def _joined(before: str, item: str, text: str) -> str:
    value = f"{item}={text}" if item else text
    return f"{before},{value}" if before else value
