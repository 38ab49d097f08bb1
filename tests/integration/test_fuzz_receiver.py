"""Requests by chance, to the real receiver on a real journal: each is answered, and what was acknowledged is there."""

from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from tests.support.clock import Clock
from tests.support.receiver import AWALCHAT, COURIER, NOW
from tests.support.strange_requests import strange_requests
from tests.support.wire import Line, Reply, lines, serving
from webhook_receiver import create_app
from webhook_receiver.reception import Reception
from webhook_receiver.server.server import Timeouts
from webhook_receiver.views import Installation
from worker.domain.orders import OrderKey
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries, events

ANSWERS = {100, 200, 202, 400, 401, 404, 405, 408, 413, 431, 501}
"""Never a 500; and the journal of this test can always be written, so never a 503."""
HASTE = Timeouts(silence=0.5, idle=0.5)
"""A request whose end got lost on its way is awaited until then; they all wait side by side."""
AT_ONCE = 350


class OperatorStore:
    """A receiver on *database*, and what it nudged and counted."""

    def __init__(self, database: Database) -> None:
        self.nudged: set[OrderKey] = set()
        self.counted: Counter[str] = Counter()
        sources = {source.name: source for source in (COURIER, AWALCHAT)}
        reception = Reception(sources, SqlIntake(database), self._wake_ups, self._count)
        self.app = create_app(Installation(reception, lambda: {"database": "ok"}, lambda: b"metric 1\n"))

    def _wake_ups(self, keys: Sequence[OrderKey]) -> None:
        self.nudged.update(keys)

    def _count(self, _source: str, outcome: str) -> None:
        self.counted[outcome] += 1


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW * 1_000_000)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_request_by_chance_is_answered_and_what_was_acknowledged_is_written_down(database: Database, seed: int):
    store = OperatorStore(database)
    wires = strange_requests(seed, AT_ONCE)
    with serving(store.app, HASTE) as (_, port), lines(port) as connect:
        sent = [(wire, connect().send(wire)) for wire in wires]
        answers = [(wire, replies(line)) for wire, line in sent]
    assert [wire for wire, answered in answers if not answered] == []
    assert [wire for wire, answered in answers if not {reply.status for reply in answered} <= ANSWERS] == []
    told = [reply for _, answered in answers for reply in answered]
    assert all(reply.problem[0] == reply.status for reply in told if reply.status >= 400)
    acknowledged = [reply.told for reply in told if reply.headers["Content-Type"] == "application/json"]
    stands_in_the_journal(database, store, acknowledged)


def replies(line: Line) -> list[Reply]:
    """All answers that come until the receiver closes the connection."""
    found = []
    while line.stream.peek(1):
        found.append(line.reply())
    return found


def stands_in_the_journal(database: Database, store: OperatorStore, acknowledged: list[dict[str, object]]) -> None:
    """Check that the senders were told of every row, and of no other."""
    with database.read() as connection:
        kept = connection.execute(select(deliveries.c.id, deliveries.c.outcome)).all()
        news = connection.execute(select(events.c.id, events.c.delivery_id)).all()
    accepted = [answer for answer in acknowledged if answer.get("status") == "accepted"]
    told = Counter(answer["status"] for answer in acknowledged if "status" in answer)
    assert {(answer["event_id"], answer["delivery_id"]) for answer in accepted} == {tuple(row) for row in news}
    assert {row.id for row in kept if row.outcome == "accepted"} == {answer["delivery_id"] for answer in accepted}
    for outcome in ("accepted", "duplicate", "quarantined"):
        assert sum(row.outcome == outcome for row in kept) == told[outcome] > 0
    assert told["ignored"] == store.counted["ignored"] > 0
    assert len(store.nudged) > 1
