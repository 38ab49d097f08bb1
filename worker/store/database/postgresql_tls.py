"""Which proof of its name a PostgreSQL server must give, where its URL says nothing about it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import URL

from worker.domain.hosts import is_own_network

SAYS_MODE = ("sslmode", "service")
"""Parameters of libpq with which the URL itself says how the server is verified."""
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",
)
"""The files in which Linux distributions keep the authorities that a machine trusts."""


_NO_PROOF = ("SSL was required", "certificate verify failed", "server certificate for")
"""What libpq says about a server without TLS, without a certificate that is trusted, or with one for another name."""
_ADVICE = (
    "A server elsewhere on the Internet must use TLS and prove its name by a certificate, unless sslmode in"
    " database_url says otherwise; ca_file names a private authority."
)


def with_advice(error: object) -> str:
    """Return the text of libpq's *error*, and what to do if the server gave no proof of its name."""
    text = str(error)
    return f"{text.strip()}. {_ADVICE}" if any(words in text for words in _NO_PROOF) else text


def tls_arguments(url: URL, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the parameters of libpq that verify the server at *url*, as far as the URL and *environ* leave them open.

    A server elsewhere on the Internet must prove its name by a certificate. On a network of one's own, the connection
    may be plain, because its containers mostly have no certificates, but no server gets the password itself.
    """
    if any(name in url.query for name in SAYS_MODE):
        return _authorities(url, environ) if url.query.get("sslmode") == "verify-full" else {}
    if "PGSSLMODE" in environ:
        return {}
    if all(map(is_own_network, _hosts(url))):
        has_own_rule = "require_auth" in url.query or "PGREQUIREAUTH" in environ
        return {} if has_own_rule else {"require_auth": "!password"}
    return {"sslmode": "verify-full", **_authorities(url, environ)}


def _authorities(url: URL, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the file with the authorities that the machine trusts, if the URL names no other.

    By itself, libpq would look for a file of the user, and its own OpenSSL may look for the machine's elsewhere.
    """
    if "sslrootcert" in url.query:
        return {}
    files = (environ.get("SSL_CERT_FILE", ""), *BUNDLES)
    return {"sslrootcert": next((file for file in files if Path(file).is_file()), "system")}


def _hosts(url: URL) -> Iterator[str]:
    yield url.host or ""
    for name in ("host", "hostaddr"):
        value = url.query.get(name, ())
        for part in (value,) if isinstance(value, str) else value:
            # SQLAlchemy leaves the ports of several hosts in the text.
            yield from (_without_port(host) for host in part.split(","))


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() and ":" not in name else host
