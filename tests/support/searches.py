"""News of orders that are known by a number only, and what a test does about their searches."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.support.stage import Stage
from worker.domain.events import EventEnd
from worker.domain.orders import OrderKey, Stopped
from worker.domain.snapshot import Snapshot
from worker.journal.desk import SqlDesk
from worker.ports import Turn, Turns
from worker.turn import LEASE

NUMBER = OrderKey("main", "number:ORD-1")
PARCEL = OrderKey("main", "tracking:TRK1")


def waiting_news(stage: Stage, **more: Any) -> None:
    """Let news come in that names its order by the number."""
    assert stage.hear("shipment.picked_up", order=NUMBER, **({"key": "evt"} | more)) == "accepted"


def take(stage: Stage, key: OrderKey = NUMBER) -> Turn:
    """Begin the search, or another turn."""
    turn = stage.turns.take(key, LEASE)
    assert turn is not None
    return turn


def stop(stage: Stage, turn: Turn, reason: str = "unknown_order") -> None:
    """End the search in vain."""
    ends = {told.id: EventEnd.VOID for told in turn.events}
    stage.turns.release(turn, turn.order, Stopped(reason, "nobody has it"), ends)


def in_vain(stage: Stage, turn: Turn) -> Snapshot:
    """End the search in vain after a second, as after many failures; returns what an operator sees."""
    stage.clock.advance(seconds=1)
    stop(stage, turn)
    key = turn.order.key
    stage.change(key, failures=9, failing_since=turn.taken_at, missing_since=turn.taken_at)
    return look(stage, key)


def look(stage: Stage, key: OrderKey) -> Snapshot:
    """Look at an order as an operator does."""
    seen = SqlDesk(stage.database).snapshot(key)
    assert seen is not None
    return seen


class Slow:
    """The turns of a worker that is slow to ask the journal."""

    def __init__(self, turns: Turns, then: Callable[[], object]) -> None:
        self._turns, self._then = turns, then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._turns, name)

    def known_as(self, key: OrderKey) -> Sequence[str]:
        self._then()
        return self._turns.known_as(key)
