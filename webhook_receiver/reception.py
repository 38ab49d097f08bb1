"""Takes in one delivery: authenticates it, reads it by its profile, writes it, enqueues wake-ups. It knows no HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import uuid4

from webhook_receiver.problems import ProblemReason, problem
from webhook_receiver.profiles.captures import Captures
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.formats import Format, format_of
from webhook_receiver.profiles.schema.model import AnswerTable
from webhook_receiver.requests import Request, Sender
from webhook_receiver.sources import Source
from worker.domain.errors import StoreError
from worker.domain.instants import Duration, Instant
from worker.domain.reasons import DeliveryOutcome
from worker.ports import Delivery, Intake, Receipt, WakeUps

DELIVERIES = "/webhooks/"
"""What the path of a delivery begins with. The name of its source follows."""


class Reply(NamedTuple):
    """The reply to the sender: an HTTP status, and a JSON object with problem details (RFC 9457) from 400 on.

    *text*, if it is not None, is the JSON text that the sender wants instead of *body*.
    """

    status: int
    body: Mapping[str, object]
    text: str | None = None


PendingReply = Callable[[], Reply]
"""Returns a reply, once. It may wait for the database, so it is called after all deliveries are submitted."""


def refusal(reason: ProblemReason) -> Reply:
    """Return the reply that refuses a request for *reason*."""
    return Reply(reason.status, problem(reason))


@dataclass(frozen=True, slots=True)
class Receiving:
    """One source with its format."""

    source: Source
    format: Format


class Reception:
    """Takes in deliveries.

    *count* counts one delivery that is not stored, by source and outcome. *note* notes one that was not accepted, by
    its sender, the reason, and a path that names no source. *tell* logs what became of one of a source, with what was
    read of it: its receipt, or why it was not written. All are bounded, and wait for nothing, also not for the log.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        intake: Intake,
        wake_ups: WakeUps,
        count: Callable[[str, str], None],
        note: Callable[[Sender, str, str], None],
        tell: Callable[[Receipt | StoreError, str, Delivery | None], None] = lambda *_: None,
    ) -> None:
        self.receiving = {name: Receiving(source, format_of(source)) for name, source in sources.items()}
        self._intake, self._wake_ups, self._count, self.note = intake, wake_ups, count, note
        self._captures, self._tell = Captures(intake), tell

    def find(self, name: str, peer: str = "") -> Receiving | None:
        """Return the source *name*; None, and count the request of the address *peer*, when there is none."""
        receiving = self.receiving.get(name)
        if receiving is None:
            self.refuse(Sender("", DeliveryOutcome.UNKNOWN_SOURCE, peer), path=f"{DELIVERIES}{name}")
        return receiving

    def refuse(self, sender: Sender, reason: str = "", path: str = "") -> None:
        """Count a request that is not authentic, and note it. *path* is one that names no source."""
        self._count(sender.source, sender.outcome)
        self.note(sender, reason, path)

    def submit(self, receiving: Receiving, request: Request) -> PendingReply:
        """Return what returns the reply to *request*. A delivery is written before it is acknowledged.

        It joins the group that is written next. An error of the database is a reply, too: 503.
        """
        source, its_format = receiving.source, receiving.format
        if its_format.is_probe(request):
            return lambda: Reply(200, {"status": "alive"})
        challenge = its_format.challenge(request)
        if challenge and source.verification == "open":
            return lambda: Reply(200, {"challenge": challenge})
        authentic = its_format.authenticate(request)
        if authentic is None:
            self.refuse(Sender(source.name, DeliveryOutcome.REFUSED, request.peer), its_format.why_refused(request))
            return lambda: refusal(ProblemReason.UNAUTHENTICATED)
        try:
            pending = self._submit_authentic(receiving, request, authentic, challenge)
        except StoreError as error:
            reply = self._not_written(source, error)
            return lambda: reply
        return lambda: self._reply_of(pending, source)

    def _submit_authentic(
        self, receiving: Receiving, request: Request, authentic: Authentic, challenge: str
    ) -> PendingReply:
        now = self._intake.now()
        stale = receiving.source.stale == "refuse" and _is_beyond(receiving.source.tolerance, authentic, now)
        if challenge and not stale:
            return lambda: Reply(200, {"challenge": challenge})
        if receiving.format.captures:
            return lambda: self._capture(receiving, request, now)
        delivery = receiving.format.read(request.body, now, authentic.outer)
        headers, most = receiving.format.headers(request), receiving.source.max_unknown
        delivery = replace(delivery, peer=request.peer, headers=headers, max_unknown=most)
        return self._take_in(receiving, delivery, stale=stale)

    def _take_in(self, receiving: Receiving, delivery: Delivery, *, stale: bool) -> PendingReply:
        if stale:
            self.note(Sender(delivery.source, DeliveryOutcome.STALE, delivery.peer), "", "")
        if delivery.events or delivery.unusable:
            pending = self._intake.submit(delivery.as_stale() if stale else delivery)
            return lambda: self._acknowledge(receiving, delivery, pending.receipt())
        # The body may be a customer's chat, so it is never stored.
        if not stale:
            return lambda: self._ignore(receiving)
        self._count(delivery.source, DeliveryOutcome.STALE)
        self._tell(Receipt(DeliveryOutcome.STALE, None), delivery.source, None)
        return lambda: refusal(ProblemReason.STALE)

    def _acknowledge(self, receiving: Receiving, delivery: Delivery, receipt: Receipt) -> Reply:
        """Return the reply to a delivery that is written."""
        self._tell(receipt, delivery.source, delivery)
        if receipt.outcome is DeliveryOutcome.STALE:
            return refusal(ProblemReason.STALE)
        if receipt.outcome is DeliveryOutcome.QUARANTINED:
            self.note(Sender(receiving.source.name, receipt.outcome, delivery.peer), receipt.reason or "", "")
        self._wake_ups.enqueue(receipt.wake_ups)
        return _as_agreed(_acknowledgement(receipt), receiving.format.answer)

    def _capture(self, receiving: Receiving, request: Request, now: Instant) -> Reply:
        if receipt := self._captures.keep(receiving.source.name, request, now):
            self._tell(receipt, receiving.source.name, None)
            return _as_agreed(_acknowledgement(receipt), receiving.format.answer)
        return self._ignore(receiving)

    def _ignore(self, receiving: Receiving) -> Reply:
        self._count(receiving.source.name, DeliveryOutcome.IGNORED)
        self._tell(Receipt(DeliveryOutcome.IGNORED, None), receiving.source.name, None)
        return _as_agreed(Reply(200, {"status": DeliveryOutcome.IGNORED}), receiving.format.answer)

    def _reply_of(self, pending: PendingReply, source: Source) -> Reply:
        try:
            return pending()
        except StoreError as error:
            return self._not_written(source, error)

    def _not_written(self, source: Source, error: StoreError) -> Reply:
        self._tell(error, source.name, None)
        return refusal(ProblemReason.DATABASE_UNAVAILABLE)


def _is_beyond(tolerance: Duration, authentic: Authentic, now: Instant) -> bool:
    return authentic.signed_at is not None and abs(now - authentic.signed_at) > tolerance


def _acknowledgement(receipt: Receipt) -> Reply:
    if receipt.outcome is DeliveryOutcome.QUARANTINED:
        return Reply(202, {"status": receipt.outcome, "reason": receipt.reason})
    ids = {"delivery_id": receipt.delivery_id, "event_id": receipt.event_id}
    return Reply(200 if receipt.outcome is DeliveryOutcome.DUPLICATE else 202, {"status": receipt.outcome, **ids})


def _as_agreed(reply: Reply, answer: AnswerTable | None) -> Reply:
    """Return *reply* as the profile has agreed it with the courier."""
    if answer is None:
        return reply
    text = None if answer.body is None else answer.body.replace("{uuid}", str(uuid4()))
    return Reply(answer.status, reply.body, text)
