"""Reads the URLs of the database, of Redis and of the broker.

A URL may contain a password, so the ValueError for a wrong URL never contains the URL. Its text completes "<key> …".
"""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

_POSTGRESQL = (
    r"postgresql(?:\+psycopg)?://(?:[^:/@\s]*(?::[^@\s]*)?@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s/?:@\[\]]*)(?::[0-9]{1,5})?"
    r"(?:[/?]\S*)?"
)
_DATABASE = re.compile(rf"sqlite:////[^?#\s]+|{_POSTGRESQL}")
_PASSWORD = re.compile(r"[^:/]+://[^:/@\s]*:(\S*)@")
_REDIS = re.compile(r"(?:rediss?://|unix:///)\S+")
_BROKER = re.compile(r"[a-z][a-z0-9+]*://\S*")


def read_database_url(url: SecretStr, data_dir: Path) -> SecretStr:
    """Return *url* with the name of its driver. An empty *url* means a SQLite file in *data_dir*."""
    text = url.get_secret_value()
    if not text:
        return SecretStr(f"sqlite:///{data_dir}/fulfillment.db")
    if not _DATABASE.fullmatch(text):
        # With a relative path, processes in other folders would use other databases.
        raise ValueError("must be sqlite:////absolute/path or postgresql+psycopg://…")
    return SecretStr(re.sub("^postgresql:", "postgresql+psycopg:", text))


def check_redis_url(url: SecretStr) -> SecretStr:
    """Return *url* if it is empty or a URL of redis-py."""
    text = url.get_secret_value()
    if text and not (_REDIS.fullmatch(text) and _is_readable(text)):
        raise ValueError("must be empty, or redis://…, rediss://… or unix:///…")
    return url


def read_broker_url(url: SecretStr, redis_url: SecretStr) -> SecretStr:
    """Return *url*, a URL of Celery. An empty *url* means *redis_url*, which is returned in Celery's form."""
    text = url.get_secret_value()
    if text and not (_BROKER.match(text) and all(map(_is_readable, text.split(";")))):
        raise ValueError("must be empty, or a URL of a broker that Celery supports")
    # redis-py and Celery write a socket and its database in different ways.
    path, _, query = redis_url.get_secret_value().partition("?")
    celery_path = path.replace("unix://", "redis+socket://", 1)
    if path != celery_path:
        query = re.sub(r"(^|&)db=", r"\1virtual_host=", query)
    return SecretStr(text or (f"{celery_path}?{query}" if query else celery_path))


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
