"""Takes in one delivery: authenticates it, reads it by its profile, writes it, enqueues wake-ups. It knows no HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import uuid4

import structlog

from webhook_receiver.delivery_values import delivery_values
from webhook_receiver.problems import ProblemReason, problem
from webhook_receiver.profiles.captures import Captures
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.formats import Format, format_of
from webhook_receiver.profiles.schema.model import AnswerTable
from webhook_receiver.requests import Request, Sender
from webhook_receiver.sources import Source
from worker.domain.errors import StoreError
from worker.domain.instants import Duration, Instant
from worker.domain.reasons import DeliveryOutcome, RefusalReason
from worker.ports import Delivery, Intake, Receipt, WakeUps

DELIVERIES = "/webhooks/"
"""What the path of a delivery begins with. The name of its source follows."""

log = structlog.get_logger()


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
    its sender, the reason, and a path that names no source. *tell* takes what the log says of a delivery of a known
    sender. All are bounded, and wait for nothing.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        intake: Intake,
        wake_ups: WakeUps,
        count: Callable[[str, str], None],
        note: Callable[[Sender, str, str], None],
        tell: Callable[[Mapping[str, object]], None] = lambda _: None,
    ) -> None:
        self._receiving = {name: Receiving(source, format_of(source)) for name, source in sources.items()}
        self._intake, self._wake_ups, self._count, self.note = intake, wake_ups, count, note
        self._captures, self._tell = Captures(intake), tell

    def find(self, name: str, peer: str = "") -> Receiving | None:
        """Return the source *name*; None when there is none. All unknown names are counted together.

        *peer* is the client's address, for the trail.
        """
        receiving = self._receiving.get(name)
        if receiving is None:
            self.refuse_path(f"{DELIVERIES}{name}", peer)
        return receiving

    def refuse_path(self, path: str, peer: str) -> None:
        """Count a request to *path*, which names no source, and note it."""
        self._count("", DeliveryOutcome.UNKNOWN_SOURCE)
        self.note(Sender("", DeliveryOutcome.UNKNOWN_SOURCE, peer), "", path)

    def is_misdirected(self, path: str) -> bool:
        """Tell whether *path*, which is no path of ours, ends with the name of a source: its sender means us."""
        return path.rstrip("/").rpartition("/")[2] in self._receiving

    def refuse(self, source: Source, reason: RefusalReason, peer: str) -> None:
        """Count a request that is not authentic, and note it."""
        self._count(source.name, DeliveryOutcome.REFUSED)
        self.note(Sender(source.name, DeliveryOutcome.REFUSED, peer), reason, "")

    def submit(self, receiving: Receiving, request: Request) -> PendingReply:
        """Return what returns the reply to *request*. A delivery is written before it is acknowledged.

        It joins the group that is written next. An error of the database is a reply, too: 503.
        """
        source, its_format = receiving.source, receiving.format
        if its_format.is_probe(request):
            return _at_once(Reply(200, {"status": "alive"}))
        challenge = its_format.challenge(request)
        if challenge and source.verification == "open":
            return _at_once(Reply(200, {"challenge": challenge}))
        authentic = its_format.authenticate(request)
        if authentic is None:
            self.refuse(source, its_format.why_refused(request), request.peer)
            return _at_once(refusal(ProblemReason.UNAUTHENTICATED))
        try:
            pending = self._submit_authentic(receiving, request, authentic, challenge)
        except StoreError as error:
            return _at_once(_not_written(source, error))
        return lambda: _reply_of(pending, source)

    def _submit_authentic(
        self, receiving: Receiving, request: Request, authentic: Authentic, challenge: str
    ) -> PendingReply:
        now = self._intake.now()
        stale = receiving.source.stale == "refuse" and _is_beyond(receiving.source.tolerance, authentic, now)
        if challenge and not stale:
            return _at_once(Reply(200, {"challenge": challenge}))
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
            return _at_once(self._ignore(receiving))
        self._count(delivery.source, DeliveryOutcome.STALE)
        self._tell(delivery_values(Receipt(DeliveryOutcome.STALE, None), delivery.source))
        return _at_once(refusal(ProblemReason.STALE))

    def _acknowledge(self, receiving: Receiving, delivery: Delivery, receipt: Receipt) -> Reply:
        """Return the reply to a delivery that is written."""
        self._tell(delivery_values(receipt, delivery.source, delivery))
        if receipt.outcome is DeliveryOutcome.STALE:
            return refusal(ProblemReason.STALE)
        if receipt.outcome is DeliveryOutcome.QUARANTINED:
            self.note(Sender(receiving.source.name, receipt.outcome, delivery.peer), receipt.reason or "", "")
        self._wake_ups.enqueue(receipt.wake_ups)
        return _as_agreed(_acknowledgement(receipt), receiving.format.answer)

    def _capture(self, receiving: Receiving, request: Request, now: Instant) -> Reply:
        name = receiving.source.name
        if receipt := self._captures.keep(name, request, now):
            self._tell(delivery_values(receipt, name))
            return _as_agreed(_acknowledgement(receipt), receiving.format.answer)
        return self._ignore(receiving)

    def _ignore(self, receiving: Receiving) -> Reply:
        self._count(receiving.source.name, DeliveryOutcome.IGNORED)
        self._tell(delivery_values(Receipt(DeliveryOutcome.IGNORED, None), receiving.source.name))
        return _as_agreed(Reply(200, {"status": DeliveryOutcome.IGNORED}), receiving.format.answer)


def _at_once(reply: Reply) -> PendingReply:
    return lambda: reply


def _reply_of(pending: PendingReply, source: Source) -> Reply:
    try:
        return pending()
    except StoreError as error:
        return _not_written(source, error)


def _not_written(source: Source, error: StoreError) -> Reply:
    log.warning("delivery_not_written", source=source.name, reason=error.reason)
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
