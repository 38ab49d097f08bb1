"""Advance: the one use case. An order takes a turn, and walks as far as its evidence carries it.

A turn reads the order at its platform, then takes one step after another, each announced in the
journal before it is sent and confirmed by the platform's own answer, until there is none left to
take. However it ends, the order's row says what happens next: nothing waits in memory.
"""

from dataclasses import dataclass

from worker.domain.orders import Found, Later, Lost, OrderKey, TurnEnd
from worker.ports import Turn
from worker.search import Search
from worker.turn import INTERRUPTED, Ports, UnderWay, lease_of
from worker.walk import Walk

TURNS_IN_A_ROW = 8
"""News that comes in during a turn is looked at straight away, this often; then others have their chance."""


@dataclass(frozen=True, slots=True)
class Advance(Ports):
    """Takes turns."""

    def __call__(self, key: OrderKey) -> TurnEnd | Found | Lost | None:
        """Give the order a turn if it is due, and another if news came in meanwhile, or if it was only found by then.

        Returns how the last turn ended, None when there was none. Raises
        `JournalUnavailable`: then the lease runs out, and the order is due again. A defect of ours is raised,
        too, after it was counted as a failure of the order: it is tried again later, and not for ever.
        """
        if key.account not in self.apis:
            return None
        end: TurnEnd | Found | None = None
        for _ in range(TURNS_IN_A_ROW):
            began = self.elapsed()
            turn = self.turns.take(key, lease_of(self.apis[key.account]))
            if turn is None:
                break
            # A turn that news has cut short goes on at once, though the platform only echoes our own write.
            cut_short = isinstance(end, Later) and end.reason == INTERRUPTED
            end, news = self._begin(turn, began, patient=not cut_short).finish()
            if not news:
                return Lost() if news is None else end
            key = end.order if isinstance(end, Found) else key
        return end

    def _begin(self, turn: Turn, began: int, *, patient: bool) -> UnderWay:
        reference = turn.order.key.reference
        return Search(self, turn, began, reference) if reference else Walk(self, turn, began, patient=patient)
