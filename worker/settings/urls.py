"""URLs of the parts that we stand on. They may hold a password: the ValueError for a wrong one never repeats it."""

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
    """Return the URL with its driver named; an empty one means a SQLite file in *data_dir*."""
    text = url.get_secret_value()
    if not text:
        return SecretStr(f"sqlite:///{data_dir}/fulfillment.db")
    if not _DATABASE.fullmatch(text):
        # A relative path would be another database for a process that was started elsewhere.
        raise ValueError("must be sqlite:////absolute/path or postgresql+psycopg://…")
    return SecretStr(re.sub("^postgresql:", "postgresql+psycopg:", text))


def check_redis_url(url: SecretStr) -> SecretStr:
    """Refuse what is neither empty nor understood by redis-py."""
    text = url.get_secret_value()
    if text and not (_REDIS.fullmatch(text) and _is_readable(text)):
        raise ValueError("must be empty, or redis://…, rediss://… or unix:///…")
    return url


def read_broker_url(url: SecretStr, redis_url: SecretStr) -> SecretStr:
    """Return the broker's URL as Celery wants it; an empty one means *redis_url*."""
    text = url.get_secret_value()
    if text and not (_BROKER.match(text) and all(map(_is_readable, text.split(";")))):
        raise ValueError("must be empty, or a broker's URL that Celery understands")
    # redis-py and Celery have different names for a socket, and for a database behind it.
    path, _, query = redis_url.get_secret_value().partition("?")
    known = path.replace("unix://", "redis+socket://", 1)
    if path != known:
        query = re.sub(r"(^|&)db=", r"\1virtual_host=", query)
    return SecretStr(text or (f"{known}?{query}" if query else known))


def _is_readable(url: str) -> bool:
    """Tell whether *url* has a host and a port that can be, and, where it is a Redis, a database's number."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # to look at it is to check it
    except ValueError:
        return False
    return parts.scheme not in {"redis", "rediss"} or re.fullmatch("/?[0-9]{0,5}", parts.path) is not None


def passwords_in(urls: str) -> set[str]:
    """Return the passwords that stand in *urls*, separated by semicolons, as written and as meant.

    Databases take passwords in which a general reader of URLs would see the end of the host.
    """
    found = {match[1] for match in map(_PASSWORD.match, urls.split(";")) if match}
    return (found | {unquote(password) for password in found}) - {""}
