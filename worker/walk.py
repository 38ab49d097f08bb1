"""A walk: the turn of an order that is known by its id. Read, decide, take one step, and so on to an end."""

from dataclasses import replace

from worker.domain.ends import ends
from worker.domain.errors import ApiError, Rejected, Transient
from worker.domain.events import EventEnd
from worker.domain.evidence import weigh
from worker.domain.instants import SECOND
from worker.domain.lifecycle import (
    COALESCE_HINTS,
    asks_nothing,
    conclude,
    confirm,
    decide,
    observe,
    only_hinted,
    rest,
)
from worker.domain.orders import Later, Order, Place, Reading, Step, Stopped, TurnEnd, has_reached, steps_ahead
from worker.domain.rates import LEAST_BURST
from worker.ports import Answer, Intent, Turn, Update
from worker.turn import INTERRUPTED, Interrupted, Ports, UnderWay, lease_of

STALE = 10 * SECOND
"""What the platform showed is good for this long."""
PROMPT = SECOND
"""A write starts this soon after it was announced, or not at all."""
WRITES_IN_A_TURN = 12


class Walk(UnderWay):
    """A turn of an order that is known by its id. A *patient* one lets hints gather."""

    def __init__(self, ports: Ports, turn: Turn, began: int, *, patient: bool) -> None:
        super().__init__(ports, turn, began)
        self._patient = patient
        self._walked = dict(turn.walked)
        self._noted = True
        self._answer: Answer | None = None
        """Of the last write: it is recorded together with what comes next."""
        self.evidence = weigh(turn.events, turn.order.acknowledged)

    def _free(self, end: TurnEnd) -> bool | None:
        pending = [e for e in self._turn.events if e.end is EventEnd.PENDING]
        found = ends(self.order, self.evidence, pending, self._walked, stopped=isinstance(end, Stopped))
        at_rest = end == rest(self.order, self._policy)
        left = replace(self.order, unread=self.order.unread or not at_rest)
        return self._ports.turns.release(self._turn, left, end, found, self._take_answer())

    def _go(self) -> TurnEnd:
        unseen = [e for e in self._turn.events if e.revision > self.order.seen_revision]
        if asks_nothing(self.order, self.evidence, unseen):
            return rest(self.order, self._policy)
        self.order = replace(self.order, unread=True)
        if self._patient and only_hinted(self.order, unseen, self._now()):
            return Later((self.order.read_at or 0) + COALESCE_HINTS, "just_read")
        self._purse.reserve(self._foreseen())
        reading = self._read()
        for _ in range(WRITES_IN_A_TURN):
            step = decide(self.order, self.evidence, reading, self._policy, self._now())
            if not isinstance(step, Step):
                self.order = conclude(self.order, step)
                return step
            reading = self._read() if self._is_stale(reading) else self._take(step, reading)
        return Later(self._now() + SECOND, INTERRUPTED, firm=True)

    def _foreseen(self) -> int:
        """How many calls this turn may need: a read, the steps ahead, and one that only the read can tell of.

        They are reserved together. Else, with few calls left, many orders would read in turn, and none could write.
        """
        ahead = steps_ahead(self.order.place or Place.PENDING, self.evidence.place)
        return min(2 + len(ahead), LEAST_BURST)

    def _read(self) -> Reading:
        self._purse.reserve()
        answer = self._take_answer()
        if answer and not self._ports.turns.answered(self._turn, answer):
            raise Interrupted
        self._insist_on_time_for_a_call()
        self._purse.spend()
        began = self._now()
        reading = replace(self._api.read(self.order.key.order_id), read_at=began)
        if self._is_stale(reading):
            raise Transient("the answer to a read came too late to be of use")
        self.order = observe(self.order, reading)
        return reading

    def _is_stale(self, reading: Reading) -> bool:
        return self._now() - reading.read_at > STALE

    def _take(self, step: Step, reading: Reading) -> Reading:
        """Ask for one step; a rejection of the request with our note leaves *reading* for a try without it."""
        update = self._api.compose(step, reading, noted=self._noted)
        try:
            return self._send(step, update, reading)
        except Rejected:
            if update == self._api.compose(step, reading, noted=False):
                raise
            self._noted = False
            return reading

    def _send(self, step: Step, update: Update, reading: Reading) -> Reading:
        self._purse.reserve()
        announced = self._ports.elapsed()
        intent = self._ports.turns.intend(self._turn, step, update, lease_of(self._api), self._take_answer())
        if intent is None:
            raise Interrupted
        before, self._lease_until = self.order, intent.lease_until
        if self._ports.elapsed() - announced > PROMPT or self._is_stale(reading):
            self._answered(intent, before, "not_sent")
            return reading
        self.order = replace(before, sending=step.place, sent_at=intent.sent_at)
        self._purse.spend()
        try:
            answer = replace(self._api.write(self.order.key.order_id, update), read_at=intent.sent_at)
            self._insist(answer, step.place)
        except ApiError as error:
            self._answered(intent, before if error.definite else self.order, _outcome(error), error)
            raise
        self._walked |= dict.fromkeys(_asked(step, answer), self._turn.order.revision)
        self._answered(
            intent, confirm(self.order, answer), "confirmed" if isinstance(answer.standing, Place) else "off_the_road"
        )
        return answer

    def _insist(self, answer: Reading, wanted: Place) -> None:
        """An answer that does not show the wanted place, nor one off the road, proves nothing."""
        if isinstance(answer.standing, Place) and not has_reached(answer.standing, wanted):
            raise Transient(f"the answer to a write of {wanted} shows {answer.status}")

    def _answered(self, intent: Intent, order: Order, outcome: str, failure: ApiError | None = None) -> None:
        self.order = order
        self._answer = Answer(intent, order, outcome, failure)

    def _take_answer(self) -> Answer | None:
        answer, self._answer = self._answer, None
        return answer


def _asked(step: Step, answer: Reading) -> tuple[Place, ...]:
    """The places that a write has asked for: completion, too, where *answer* shows that it was recorded with it."""
    both = step.completes and answer.standing is Place.COMPLETED
    return (step.place, Place.COMPLETED) if both else (step.place,)


def _outcome(error: ApiError) -> str:
    return "failed" if error.definite else "uncertain"
