"""One HTTP request as received, before anything is decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flask import Request


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """*path* and *query* are the request target as received, split at the first `?`. Header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def from_flask(cls, request: Request) -> Self:
        """Copy the parts of *request*. Its environ has the undecoded target in REQUEST_URI.

        Waitress and Werkzeug's test client set REQUEST_URI; WSGI does not require it.
        """
        path, _, query = str(request.environ["REQUEST_URI"]).partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        return cls(request.method, path, query, headers, request.get_data())
