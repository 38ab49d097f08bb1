"""A receiver is killed between a commit and its answers: what was acknowledged is stored, the rest may come again."""

import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.programs import until

SENDERS, DELIVERIES = 8, 80
NUMBER = 10
"""The receiver is killed when it comes to its point for the tenth time."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installation(build, request: pytest.FixtureRequest) -> Installation:
    """An installation without a worker."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("empty_postgresql")
    built: Installation = build(url)
    return built.open(built.platform, built.valkey)


@pytest.mark.parametrize("point", ["commit", "answer", "socket"])
def test_what_was_acknowledged_is_stored_and_what_was_not_may_be_sent_again(installation: Installation, point: str):
    documents = [event_document(f"{point}-{n}", "shipment.delivered", n) for n in range(1, DELIVERIES + 1)]
    command = [sys.executable, "-m", "tests.support.killed_receiver", point, str(NUMBER)]
    killed = installation.add(f"killed at {point}", command, installation.answers).start()
    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(lambda document: answer(installation, document), documents))
    assert killed.exit_code() == -9
    until(lambda: has_no_connection(installation), what="what it has sent to the database is committed or undone")
    acknowledged = {document["id"] for document, one in zip(documents, answers, strict=True) if one}
    assert len(acknowledged) < DELIVERIES
    stored = keys(installation, point)
    assert acknowledged <= stored
    assert stored - acknowledged, "it was killed before its commit, or after its answers"

    installation.receiver.start()
    again = [installation.courier.post_until_acknowledged(document).json()["status"] for document in documents]
    assert [status == "duplicate" for status in again] == [document["id"] in stored for document in documents]
    assert keys(installation, point) == {document["id"] for document in documents}
    installation.receiver.kill()


def answer(installation: Installation, document: dict[str, object]) -> httpx.Response | None:
    """Send *document* once, and return the answer, if there is one."""
    try:
        response = installation.courier.post(document)
    except httpx.TransportError:
        return None
    assert response.status_code == 202
    return response


def has_no_connection(installation: Installation) -> bool:
    """Tell whether nobody else is connected to the database, if it is a server: it outlives its clients."""
    if installation.database_url.startswith("sqlite"):
        return True
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return not installation.rows(query)


def keys(installation: Installation, point: str) -> set[str]:
    """Return the keys of the stored events, each of which is stored once."""
    rows = installation.rows("SELECT key FROM events WHERE key LIKE :pattern", pattern=f"{point}-%")
    found = [row["key"] for row in rows]
    assert len(found) == len(set(found))
    return set(found)
