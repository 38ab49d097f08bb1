"""Addresses to which a page comes back: a login leads only to a page of this console."""

import re
from urllib.parse import quote

OVERVIEW = "/"
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1999}")
"""A path with its query. It begins with one slash, because with two, or a backslash, browsers go to another host."""


def return_path(wanted: str) -> str:
    """Return *wanted* if it is a path of this console, else the overview."""
    return wanted if _LOCAL.fullmatch(wanted) and not wanted.startswith("/login") else OVERVIEW


def path_with_query(path: str, query: str) -> str:
    """Return the address of a page as a browser writes it: *path* is decoded, and *query* is as it was sent."""
    encoded = quote(path, safe="/:@!$&'()*+,;=-._~")
    return f"{encoded}?{query}" if query else encoded
