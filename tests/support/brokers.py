"""Real brokers for tests: Redis and RabbitMQ on this machine, each with a place of its own for one test."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from urllib.parse import urlsplit

import amqp
import redis

from tests.conftest import missing
from tests.support.programs import number_of_this_process

REDIS = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/9"
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL") or "amqp://guest:guest@127.0.0.1:5672//"

_numbers = count(1)


def redis_url() -> Iterator[str]:
    """Yield the URL of an empty database of Redis. Each process of pytest-xdist has its own."""
    parts = urlsplit(REDIS)
    url = parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number_of_this_process()}").geturl()
    with redis.Redis.from_url(url) as client:
        try:
            client.ping()
        except redis.ConnectionError as error:
            missing("Redis", error)
        client.flushdb()
        yield url
        client.flushdb()


def rabbitmq_url() -> Iterator[str]:
    """Yield the URL of an empty virtual host of RabbitMQ, or of the default one, if we may not make any."""
    parts = urlsplit(RABBITMQ)
    try:
        address = f"{parts.hostname}:{parts.port or 5672}"
        user, password = parts.username or "guest", parts.password or "guest"
        with amqp.Connection(address, userid=user, password=password, connect_timeout=30) as connection:
            connection.connect()
    except OSError as error:
        missing("RabbitMQ", error)
    name = f"fulfillment_test_{os.getpid()}_{next(_numbers)}"
    if not _control("add_vhost", name):
        yield RABBITMQ
        return
    _control("set_permissions", "-p", name, parts.username or "guest", ".*", ".*", ".*")
    yield parts._replace(path=f"/{name}").geturl()
    _control("delete_vhost", name)


def _control(*arguments: str) -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        return (
            subprocess.run(["rabbitmqctl", "-q", *arguments], capture_output=True, timeout=60, check=False).returncode
            == 0
        )
    return False


def through(port: int, url: str) -> str:
    """Return *url* with *port* on loopback instead of its own address."""
    parts = urlsplit(url)
    credentials = f"{parts.username}:{parts.password}@" if parts.username else ""
    return parts._replace(netloc=f"{credentials}127.0.0.1:{port}").geturl()
