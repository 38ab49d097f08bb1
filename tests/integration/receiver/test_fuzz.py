"""Random requests to the real receiver on a real database: each is answered, and what was acknowledged is stored."""

from collections import Counter

import pytest
from sqlalchemy import select

from tests.support.clock import Clock
from tests.support.fakes import FakeWakeUps
from tests.support.receiver import AWALCHAT, COURIER, NOW_SECONDS
from tests.support.strange_requests import strange_requests
from tests.support.wire import Connection, Response, connections, serving
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.reception import Reception
from webhook_receiver.server.timeouts import Timeouts
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries, events

STATUSES = {100, 200, 202, 400, 401, 404, 405, 408, 413, 431, 501}
"""503 is missing because the database of this test is always available. 500 is a defect."""
SHORT = Timeouts(silence_seconds=2.0, idle_seconds=2.0, answer_seconds=60.0)
"""How long the receiver waits for the rest of a truncated request. All such requests wait at the same time.

Answers may take longer, because hundreds of deliveries come at once.
"""
REQUESTS = 350


class StoringReceiver:
    """A receiver on *database*, with the wake-ups and counts that it made."""

    def __init__(self, database: Database) -> None:
        self.wake_ups, self.counts = FakeWakeUps(), Counter[str]()
        sources = {source.name: source for source in (COURIER, AWALCHAT)}
        reception = Reception(sources, SqlIntake(database), self.wake_ups, self._count, lambda *_: None)
        self.app = create_app(ReceiverServices(reception, lambda: {"database": "ok"}, lambda: b"metric 1\n"))

    def _count(self, _source: str, outcome: str) -> None:
        self.counts[outcome] += 1


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW_SECONDS * 1_000_000)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_random_request_is_answered_and_what_was_acknowledged_is_stored(database: Database, seed: int):
    receiver = StoringReceiver(database)
    with serving(receiver.app, SHORT) as (_, port), connections(port) as connect:
        sent = [(raw, connect().send(raw)) for raw in strange_requests(seed, REQUESTS)]
        answers = [(raw, all_responses(connection)) for raw, connection in sent]
    assert [raw for raw, responses in answers if not responses] == []
    assert [raw for raw, responses in answers if not {response.status for response in responses} <= STATUSES] == []
    responses = [response for _, responses in answers for response in responses]
    assert all(response.problem[0] == response.status for response in responses if response.status >= 400)
    bodies = [response.json for response in responses if response.headers["Content-Type"] == "application/json"]
    assert_stored(database, receiver, bodies)


def all_responses(connection: Connection) -> list[Response]:
    """Return all responses that come until the receiver closes the connection."""
    responses = []
    while connection.stream.peek(1):
        responses.append(connection.response())
    return responses


def assert_stored(database: Database, receiver: StoringReceiver, bodies: list[dict[str, object]]) -> None:
    """Check that the database has every row that a response in *bodies* names, and no other."""
    with database.read() as connection:
        rows = connection.execute(select(deliveries.c.id, deliveries.c.outcome)).all()
        event_rows = connection.execute(select(events.c.id, events.c.delivery_id)).all()
    accepted = [body for body in bodies if body.get("status") == "accepted"]
    statuses = Counter(body["status"] for body in bodies if "status" in body)
    assert {(body["event_id"], body["delivery_id"]) for body in accepted} == {tuple(row) for row in event_rows}
    assert {row.id for row in rows if row.outcome == "accepted"} == {body["delivery_id"] for body in accepted}
    for outcome in ("accepted", "duplicate", "quarantined"):
        assert sum(row.outcome == outcome for row in rows) == statuses[outcome] > 0
    assert statuses["ignored"] == receiver.counts["ignored"] > 0
    assert len(set(receiver.wake_ups.keys)) > 1
