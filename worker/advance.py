"""Advance: the one use case. An order takes a turn, and walks as far as its evidence carries it.

A turn reads the order at its platform, then takes one step after another, each announced in the
journal before it is sent and confirmed by the platform's own answer, until there is none left to
take. However it ends, the order's row says what happens next: nothing waits in memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from worker.budget import RATE_LIMITED, Budget
from worker.domain.errors import ApiError, Defect, JournalError, Rejected, Throttled, Transient, Unauthorized
from worker.domain.events import EventEnd
from worker.domain.evidence import weigh
from worker.domain.instants import SECOND
from worker.domain.lifecycle import (
    COALESCE_HINTS,
    asks_nothing,
    conclude,
    confirm,
    decide,
    ends,
    observe,
    only_hinted,
    rest,
)
from worker.domain.orders import (
    Held,
    Later,
    Lost,
    Order,
    OrderKey,
    Place,
    Policy,
    Reading,
    Step,
    Stopped,
    TurnEnd,
    has_reached,
)
from worker.domain.retries import after
from worker.ports import Answer, Intent, OrderApi, Turn, Turns, Update
from worker.probe import CREDENTIALS, Probe

LEASE = 30 * SECOND
"""How long an order belongs to a turn that has died, at least; every write renews it."""
CALLS_IN_A_LEASE = 3
"""A lease outlasts this many calls, however long the account's settings let a call take."""
STALE = 10 * SECOND
"""What the platform showed is good for this long."""
PROMPT = SECOND
"""A write starts this soon after it was announced, or not at all."""
TURNS_IN_A_ROW = 8
"""News that comes in during a turn is looked at straight away, this often; then others have their chance."""
INTERRUPTED = "interrupted"
WRITES_IN_A_TURN = 12


class _Interrupted(Exception):
    """The journal forbids the next call: the lease is lost, news came in, or the account is held."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Takes turns. *chance* gives numbers in [0, 1), *elapsed* microseconds of a clock that never jumps."""

    turns: Turns
    apis: Mapping[str, OrderApi]
    policies: Mapping[str, Policy]
    probe: Probe
    budget: Budget
    chance: Callable[[], float]
    elapsed: Callable[[], int]

    def __call__(self, key: OrderKey) -> TurnEnd | Lost | None:
        """Give the order a turn if it is due, and another if news came in meanwhile.

        Returns how the last turn ended, None when there was none. Raises
        `JournalUnavailable`: then the lease runs out, and the order is due again. A defect of ours is raised,
        too, after it was counted as a failure of the order: it is tried again later, and not for ever.
        """
        if key.account not in self.apis:
            return None
        end: TurnEnd | None = None
        for _ in range(TURNS_IN_A_ROW):
            began = self.elapsed()
            turn = self.turns.take(key, lease_of(self.apis[key.account]))
            if turn is None:
                break
            # A turn that news has cut short goes on at once, though the platform only echoes our own write.
            cut_short = isinstance(end, Later) and end.reason == INTERRUPTED
            end, news = _Walk(self, turn, began, patient=not cut_short).finish()
            if not news:
                return Lost() if news is None else end
        return end


def lease_of(api: OrderApi) -> int:
    """How long the orders of *api* are leased, in microseconds."""
    return max(LEASE, CALLS_IN_A_LEASE * api.deadline)


class _Walk:
    """One turn under way: *order* is what we know of it so far. A *patient* one lets hints gather."""

    def __init__(self, ports: Advance, turn: Turn, began: int, *, patient: bool) -> None:
        self._ports, self._turn, self._began, self._patient = ports, turn, began, patient
        self._api = ports.apis[turn.order.key.account]
        self._policy = ports.policies[turn.order.key.account]
        self._lease_until = turn.lease_until
        self._walked = dict(turn.walked)
        self._noted = True
        self._answer: Answer | None = None
        """Of the last write: it is recorded together with what comes next."""
        self.order = turn.order
        self.evidence = weigh(turn.events, turn.order.acknowledged)

    def finish(self) -> tuple[TurnEnd, bool | None]:
        """Walk, and free the order; returns the end, and whether news came in meanwhile; None if the lease is lost."""
        try:
            end = self._walk()
        except _Interrupted:
            end = Later(self._now(), INTERRUPTED)
        except ApiError as error:
            end = self._failed(error)
        except JournalError:
            raise
        except Exception as error:
            self._free(self._failed(Defect(type(error).__name__)))
            raise
        return end, self._free(end)

    def _free(self, end: TurnEnd) -> bool | None:
        pending = [e for e in self._turn.events if e.end is EventEnd.PENDING]
        found = ends(self.order, self.evidence, pending, self._walked, stopped=isinstance(end, Stopped))
        at_rest = end == rest(self.order, self._policy)
        left = replace(self.order, unread=self.order.unread or not at_rest)
        return self._ports.turns.release(self._turn, left, end, found, self._take_answer())

    def _walk(self) -> TurnEnd:
        unseen = [e for e in self._turn.events if e.revision > self.order.seen_revision]
        if asks_nothing(self.order, self.evidence, unseen):
            return rest(self.order, self._policy)
        self.order = replace(self.order, unread=True)
        if self._patient and only_hinted(self.order, unseen, self._now()):
            return Later((self.order.read_at or 0) + COALESCE_HINTS, "just_read")
        reading = self._read()
        for _ in range(WRITES_IN_A_TURN):
            step = decide(self.order, self.evidence, reading, self._policy, self._now())
            if not isinstance(step, Step):
                self.order = conclude(self.order, step)
                return step
            reading = self._read() if self._is_stale(reading) else self._take(step, reading)
        return Later(self._now() + SECOND, INTERRUPTED, firm=True)

    def _read(self) -> Reading:
        if self._lease_until - self._now() < self._api.deadline:
            raise _Interrupted
        answer = self._take_answer()
        if answer and not self._ports.turns.answered(self._turn, answer):
            raise _Interrupted
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
        announced = self._ports.elapsed()
        intent = self._ports.turns.intend(self._turn, step, update, lease_of(self._api), self._take_answer())
        if intent is None:
            raise _Interrupted
        before, self._lease_until = self.order, intent.lease_until
        if self._ports.elapsed() - announced > PROMPT or self._is_stale(reading):
            self._answered(intent, before, "not_sent")
            return reading
        self.order = replace(before, sending=step.place, sent_at=intent.sent_at)
        try:
            answer = replace(self._api.write(self.order.key.order_id, update), read_at=intent.sent_at)
            self._insist(answer, step.place)
        except ApiError as error:
            self._answered(intent, before if error.definite else self.order, _outcome(error), error)
            raise
        self._walked[step.place] = self._turn.order.revision
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

    def _failed(self, error: ApiError) -> TurnEnd:
        account = self.order.key.account
        if isinstance(error, Throttled):
            self._ports.budget.exhausted(account, error.wait, str(error))
            return Held(RATE_LIMITED)
        if isinstance(error, Unauthorized) and self._ports.probe(account) is False:
            return Held(CREDENTIALS)
        self.order, end = after(error, self.order, self._policy, self._now(), self._ports.chance())
        return end

    def _now(self) -> int:
        """The journal's clock at the start of the turn, carried on by a clock that never jumps; never behind it."""
        return self._turn.taken_at + self._ports.elapsed() - self._began


def _outcome(error: ApiError) -> str:
    return "failed" if error.definite else "uncertain"
