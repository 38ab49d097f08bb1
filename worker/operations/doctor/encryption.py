"""Judges whether passwords and orders cross the Internet in the open, by the URLs of the settings. Pure."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from worker.domain.hosts import is_own_network
from worker.operations.doctor.checks import Check, Verdict

TLS_OF = {"redis": "rediss", "amqp": "amqps", "pyamqp": "amqps"}
"""The scheme with TLS, by the scheme without it."""
VERIFIED = ("verify-full", "verify-ca")
"""The values of `sslmode` with which libpq verifies a server."""


def judge_encryption(broker_urls: str, database_url: str) -> Iterator[Check]:
    """Yield a warning for each part elsewhere on the Internet that is reached in the open, or without a proof.

    *broker_urls* has one URL, or several with semicolons between them. The text has no part of a URL but the host.
    """
    for url in broker_urls.split(";"):
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme in TLS_OF and "ssl_" not in parts.query and not is_own_network(host):
            yield _in_the_open("broker", host, f"Use {TLS_OF[parts.scheme]}://, and ca_file for a private authority.")
    database = urlsplit(database_url)
    mode = parse_qs(database.query).get("sslmode", [VERIFIED[0]])[-1]
    if (
        database.scheme.startswith("postgresql")
        and mode not in VERIFIED
        and not is_own_network(database.hostname or "")
    ):
        advice = "Leave sslmode out of database_url, and name a private authority as ca_file."
        yield _in_the_open("database", database.hostname or "", advice)


def _in_the_open(part: str, host: str, advice: str) -> Check:
    sentence = f"Nobody proves that {host} is your {part}: whoever is on the way to it can read and change everything."
    return Check(part, Verdict.WARN, sentence, advice)
