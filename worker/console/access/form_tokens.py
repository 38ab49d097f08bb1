"""What proves that a page of ours sends a form: a token in it, and what browsers say of the sender."""

from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

FIELD = "form_token"
"""The name of the field that every form has."""
HEADER = "X-Form-Token"
"""The header that a script may send instead."""


def form_token(key: bytes, subject: str) -> str:
    """Return the token of the forms of *subject*: the secret of a session, or the name of a user without one."""
    return hmac(key, f"form {subject}".encode(), sha256).hexdigest()


def is_token(sent: str, token: str) -> bool:
    """Tell whether *sent* is *token*, in a time that says nothing about it."""
    return bool(token) and compare_digest(sent.encode("utf-8", "replace"), token.encode())


def is_from_here(site: str, origin: str, host: str) -> bool:
    """Tell whether a browser says that a page of *host* itself sends a request, or says nothing about it.

    *site* is the header `Sec-Fetch-Site`, which browsers send over HTTPS and on this machine; *origin* is `Origin`,
    which they send with every form. A proxy may speak HTTP with us and HTTPS with the browser, so the schemes are not
    compared.
    """
    if site:
        return site in {"same-origin", "none"}
    return not origin or origin.partition("://")[2].lower() == host.lower()


def is_part_of_other_site(site: str, destination: str) -> bool:
    """Tell whether a browser says that a page of another site loads this as a part of itself, as a picture or a frame.

    *site* is the header `Sec-Fetch-Site`, and *destination* is `Sec-Fetch-Dest`. A link of another site leads to a
    document, which may be looked at.
    """
    return site in {"cross-site", "same-site"} and destination not in {"", "document"}
