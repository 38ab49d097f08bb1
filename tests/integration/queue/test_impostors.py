"""No broker gets a password unless an authority that we trust certifies the name in the URL. So with databases."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import make_url

from tests.support.impostor import Impostor
from tests.support.peer import CERTIFICATE
from worker.domain.errors import StoreUnavailable
from worker.queue.broker_connections import BrokerUnavailable
from worker.queue.celery_config import make_celery
from worker.queue.wake_ups import WakeUpQueue
from worker.store.database.database import Database

TRUSTED = str(CERTIFICATE)
"""The impostor's own certificate, as the file of a private authority."""
SECRET = "long-password"
BROKERS = (
    "rediss://:{secret}@{host}:{port}/0",
    "rediss://:{secret}@{host}:{port}/0?ssl_cert_reqs=none",
    "rediss://:{secret}@{host}:{port}/0?ssl_cert_reqs=CERT_REQUIRED",
    "redis://127.0.0.1:1/0;rediss://:{secret}@{host}:{port}/0",
    "amqps://user:{secret}@{host}:{port}//",
    "amqp://user:{secret}@{host}:{port}//?ssl_cert_reqs=none",
    "amqps://127.0.0.1:1//;amqps://user:{secret}@{host}:{port}//",
)


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    with closing(Impostor()) as server:
        yield server


def ping(url: str, impostor: Impostor, host: str = "localhost", ca_file: str = "") -> str:
    """Ask the broker, and return why it is not available."""
    app = make_celery(url.format(secret=SECRET, host=host, port=impostor.port), timeout_seconds=2, ca_file=ca_file)
    with closing(WakeUpQueue(app)) as queue, pytest.raises(BrokerUnavailable) as unavailable:
        queue.ping()
    return str(unavailable.value)


@pytest.mark.parametrize("url", BROKERS)
def test_a_broker_whose_certificate_nobody_has_signed_gets_nothing(url, impostor):
    ping(url, impostor)
    assert impostor.connections > 0
    assert (impostor.trusted, impostor.received) == (0, b"")


@pytest.mark.parametrize("url", [BROKERS[0], BROKERS[4]], ids=["redis", "rabbitmq"])
def test_the_worker_itself_connects_to_no_such_broker_either(url, impostor):
    app = make_celery(url.format(secret=SECRET, host="localhost", port=impostor.port), timeout_seconds=2)
    with app.connection_for_read() as connection, pytest.raises(Exception, match=r"(?i)certificate verify failed"):
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2, reraise_as_library_errors=False)
    assert (impostor.trusted, impostor.received) == (0, b"")


@pytest.mark.parametrize("url", [BROKERS[0], BROKERS[4]], ids=["redis", "rabbitmq"])
def test_a_private_authority_is_trusted_when_the_settings_name_it_and_only_for_the_names_that_it_certifies(
    url, impostor
):
    ping(url, impostor, ca_file=TRUSTED)
    assert impostor.trusted > 0
    trusted = impostor.trusted
    ping(url, impostor, host="127.0.0.2", ca_file=TRUSTED)
    assert impostor.trusted == trusted


def test_the_reason_is_said(impostor):
    assert ping(BROKERS[0], impostor) == "the broker's certificate is not trusted: self-signed certificate"
    assert ping(BROKERS[4], impostor) == "the broker's certificate is not trusted: self-signed certificate"


def connect(url: str) -> str:
    """Connect to a database, and return why it is not available."""
    with closing(Database(url, connections=1)) as database, pytest.raises(StoreUnavailable) as unavailable:
        database.transact(lambda _connection, now: now)
    return str(unavailable.value)


def test_a_database_elsewhere_on_the_internet_must_prove_its_name(impostor):
    url = f"postgresql+psycopg://u:{SECRET}@db.example.com:{impostor.port}/x?hostaddr=127.0.0.1"
    assert "certificate verify failed" in (reason := connect(url))
    assert "ca_file" in reason
    assert (impostor.trusted, impostor.received) == (0, b"")
    trusting = make_url(url).update_query_dict({"sslrootcert": TRUSTED})
    reason = connect(trusting.render_as_string(hide_password=False))
    assert "db.example.com" in reason
    assert "ca_file" in reason
    assert SECRET.encode() not in impostor.received


def test_a_database_without_tls_elsewhere_on_the_internet_gets_nothing_and_it_is_said_what_to_do():
    with closing(Impostor(tls=False)) as impostor:
        reason = connect(f"postgresql+psycopg://u:{SECRET}@db.example.com:{impostor.port}/x?hostaddr=127.0.0.1")
        assert "SSL was required" in reason
        assert "unless sslmode in database_url says otherwise; ca_file names a private authority" in reason
        assert impostor.received == b""


def test_a_database_on_a_network_of_ones_own_does_not_get_the_password_itself():
    with closing(Impostor(tls=False)) as impostor:
        assert "password" in connect(f"postgresql+psycopg://u:{SECRET}@127.0.0.1:{impostor.port}/x")
        assert impostor.received
        assert SECRET.encode() not in impostor.received
