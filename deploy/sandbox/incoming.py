"""One call as it came over the wire, before anything is decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flask import Request


@dataclass(frozen=True, slots=True)
class Incoming:
    """*path* and *query* are the request target as received, split at the first `?`; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, request: Request) -> Self:
        """Take a request apart; REQUEST_URI is the undecoded target in waitress and in Werkzeug's test client."""
        path, _, query = str(request.environ["REQUEST_URI"]).partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        return cls(request.method, path, query, headers, request.get_data())
