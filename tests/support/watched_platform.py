"""The platform in memory with people at its own pages, caches and late writes, which judges every write of the service.

A write is judged by what the service could know: the last answer about the order that it got.
"""

from collections.abc import Callable

from tests.support.fake_order_api import FakeOrderApi, position_of
from worker.domain.errors import Transient
from worker.domain.instants import MINUTE, SECOND, Duration, Instant
from worker.domain.orders import Reading
from worker.domain.stages import STAGES, Stage, has_reached
from worker.ports import Update

READING_LASTS = 10 * SECOND
"""An answer justifies a write for this long, and the write may begin a second after its announcement."""
APPLIED_WITHIN = 2 * MINUTE
"""A write without an answer takes effect within this time, or never."""


class WatchedPlatform(FakeOrderApi):
    """One order, by the id that is read and written. *wrong* has a sentence for each write that had to be avoided."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        super().__init__(now)
        self.wrong: list[str] = []
        self.late: list[tuple[Instant, Stage]] = []
        """Writes without an answer that may still be applied, with the instant at which they were sent."""
        self.furthest_by_hand = Stage.PENDING
        self._shown: tuple[Instant, str] | None = None
        self._confirmed: set[Stage] = set()
        self._history: list[tuple[Instant, str]] = []

    def read(self, order_id: str) -> Reading:
        asked_at = self.now()
        reading = super().read(order_id)
        self._shown = asked_at, reading.status
        return reading

    def write(self, order_id: str, update: Update) -> Reading:
        stage = Stage(str(update["status"]))
        self._judge(stage)
        reading = super().write(order_id, update)
        if isinstance(reading.position, Stage) and has_reached(reading.position, stage):
            self._confirmed.add(stage)
        self._shown = self.now(), reading.status
        return reading

    def apply(self, order_id: str, stage: Stage) -> Reading:
        self._remember(order_id)
        return super().apply(order_id, stage)

    def set_by_hand(self, order_id: str, status: str) -> None:
        """Let a person set the status at the platform's own pages, where every step is allowed."""
        self._remember(order_id)
        self.orders[order_id].status = status
        position = position_of(status)
        if isinstance(position, Stage):
            self._confirmed = {stage for stage in self._confirmed if has_reached(position, stage)}
            self.furthest_by_hand = max(self.furthest_by_hand, position, key=STAGES.index)

    def apply_late(self, order_id: str = "1") -> None:
        """Apply the writes without an answer that still can be, as far as they are legal."""
        waiting, self.late = self.late, []
        for sent_at, stage in waiting:
            status = self.orders[order_id].status
            follows = status in STAGES[:-1] and STAGES[STAGES.index(Stage(status)) + 1] is stage
            if follows and self.now() - sent_at < APPLIED_WITHIN:
                self.apply(order_id, stage)

    def earlier(self, order_id: str, ago: Duration) -> str:
        """Return the status of the order some time ago."""
        at = self.now() - ago
        changes = [status for changed_at, status in reversed(self._history) if changed_at > at]
        return changes[-1] if changes else self.orders[order_id].status

    def _remember(self, order_id: str) -> None:
        """Remember the status that a change at this moment replaces."""
        self._history.append((self.now(), self.orders[order_id].status))

    def _judge(self, stage: Stage) -> None:
        shown_at, shown = self._shown or (0, "nothing")
        if shown not in STAGES[:-1] or STAGES[STAGES.index(Stage(shown)) + 1] is not stage:
            self.wrong.append(f"{stage} was sent after {shown} was shown")
        if self.now() - shown_at > READING_LASTS + SECOND:
            self.wrong.append(f"{stage} was sent {(self.now() - shown_at) // SECOND} s after the last answer")
        if stage in self._confirmed:
            self.wrong.append(f"{stage} was sent again after it had been confirmed")


def hangs(api: FakeOrderApi, _order_id: str, stage: Stage | None) -> None:
    """A call gets no answer, and a write may be applied later."""
    assert isinstance(api, WatchedPlatform)
    if stage is not None:
        api.late.append((api.now(), stage))
    raise Transient("timed out")


def is_stale(ago: Duration, *, tells: bool) -> Callable[[FakeOrderApi, str, Stage | None], Reading]:
    """Return a fault: a cache answers a read with the order as it was some time ago, and *tells* how old that is."""

    def fault(api: FakeOrderApi, order_id: str, _stage: Stage | None) -> Reading:
        assert isinstance(api, WatchedPlatform)
        status = api.earlier(order_id, ago)
        return Reading(status, position_of(status), api.now(), api.orders[order_id].payment,
                       as_of=api.now() - ago if tells else None)  # fmt: skip

    return fault
