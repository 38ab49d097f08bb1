"""Reads the URLs of the database, of Redis and of the broker.

A URL may contain a password, so the ValueError for a wrong URL never contains the URL. Its text completes "<key> …".
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from pydantic import SecretStr

from worker.text_files import UnreadableFile, read_text_file

MAX_CA_FILE_BYTES = 1_000_000
"""The authorities that a machine trusts take a quarter of this."""

_POSTGRESQL = (
    r"postgresql(?:\+psycopg)?://(?:[^:/@\s]*(?::[^@\s]*)?@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s/?:@\[\]]*)(?::[0-9]{1,5})?"
    r"(?:[/?]\S*)?"
)
_DATABASE = re.compile(rf"sqlite:////[^?#\s]+|{_POSTGRESQL}")
_PASSWORD = re.compile(r"[^:/]+://[^:/@\s]*:(\S*)@")
_REDIS = re.compile(r"(?:rediss?://|unix:///)\S+")
_BROKER = re.compile(r"[a-z][a-z0-9+]*://\S*")
_VERIFIED = {"ssl_cert_reqs": {"required", "cert_required"}, "ssl_check_hostname": {"true", "t", "yes", "y", "1"}}
"""The values with which redis-py and kombu verify the server, in lower case, by the name in a URL."""


def read_database_url(url: SecretStr, data_dir: Path, ca_file: str = "") -> SecretStr:
    """Return *url* with the name of its driver. An empty *url* means a SQLite file in *data_dir*.

    For PostgreSQL, *ca_file* becomes the file of authorities, unless the URL names one.
    """
    text = url.get_secret_value()
    if not text:
        return SecretStr(f"sqlite:///{data_dir}/fulfillment.db")
    if not _DATABASE.fullmatch(text):
        # With a relative path, processes in other folders would use other databases.
        raise ValueError("must be sqlite:////absolute/path or postgresql+psycopg://…")
    if ca_file and text.startswith("postgresql") and "sslrootcert=" not in text:
        text += ("&" if "?" in text else "?") + urlencode({"sslrootcert": ca_file})
    return SecretStr(re.sub("^postgresql:", "postgresql+psycopg:", text))


def check_redis_url(url: SecretStr) -> SecretStr:
    """Return *url* if it is empty or a URL of redis-py."""
    text = url.get_secret_value()
    if text and not (_REDIS.fullmatch(text) and _is_readable(text)):
        raise ValueError("must be empty, or redis://…, rediss://… or unix:///…")
    _require_verification(text)
    return url


def read_broker_url(url: SecretStr, redis_url: SecretStr) -> SecretStr:
    """Return *url*, a URL of Celery. An empty *url* means *redis_url*, which is returned in Celery's form."""
    text = url.get_secret_value()
    if text and not (_BROKER.match(text) and all(map(_is_readable, text.split(";")))):
        raise ValueError("must be empty, or a URL of a broker that Celery supports")
    _require_verification(text)
    # redis-py and Celery write a socket and its database in different ways.
    path, _, query = redis_url.get_secret_value().partition("?")
    celery_path = path.replace("unix://", "redis+socket://", 1)
    if path != celery_path:
        query = re.sub(r"(^|&)db=", r"\1virtual_host=", query)
    return SecretStr(text or (f"{celery_path}?{query}" if query else celery_path))


def _require_verification(urls: str) -> None:
    parameters = [pair for url in urls.split(";") for pair in parse_qsl(url.partition("?")[2], keep_blank_values=True)]
    if any(value.lower() not in _VERIFIED.get(name.lower(), {value.lower()}) for name, value in parameters):
        raise ValueError("must not switch the verification of the server off: name its authority in ca_file instead")


def check_ca_file(path: str) -> str:
    """Return *path* if it is empty, or the absolute path of a file with certificates."""
    if not path:
        return path
    if not Path(path).is_absolute():
        raise ValueError("must be an absolute path")
    try:
        text = read_text_file(Path(path), MAX_CA_FILE_BYTES)
    except UnreadableFile as error:
        raise ValueError(error.about_key) from error
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError("must name a file with certificates in PEM")
    return path


def _is_readable(url: str) -> bool:
    """Tell whether the host and the port of *url* are valid, and for Redis also the number of the database."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # this property raises ValueError for a wrong port
    except ValueError:
        return False
    return parts.scheme not in {"redis", "rediss"} or re.fullmatch("/?[0-9]{0,5}", parts.path) is not None


def passwords_in(urls: str) -> set[str]:
    """Return the passwords in *urls*, one or several with semicolons between them, both as written and decoded.

    `urlsplit` would end the host at `/`, `?` or `#`, but databases accept passwords with these characters.
    """
    passwords = {match[1] for match in map(_PASSWORD.match, urls.split(";")) if match}
    return (passwords | {unquote(password) for password in passwords}) - {""}
