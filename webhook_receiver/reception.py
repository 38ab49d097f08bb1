"""Takes in one delivery: authenticates it, reads it by its profile, writes it, enqueues wake-ups. It knows no HTTP."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import uuid4

import structlog

from webhook_receiver.formats import Format, format_of
from webhook_receiver.problems import ProblemReason, problem
from webhook_receiver.profiles.captures import MAX_A_DAY, captured
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.schema.model import AnswerTable
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.errors import StoreError
from worker.domain.instants import DAY, Duration, Instant
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Delivery, Intake, Receipt, WakeUps

log = structlog.get_logger()


class Reply(NamedTuple):
    """The reply to the sender: an HTTP status, and a JSON object with problem details (RFC 9457) from 400 on.

    *text*, if it is not None, is the JSON text that the sender wants instead of *body*.
    """

    status: int
    body: Mapping[str, object]
    text: str | None = None


def refusal(reason: ProblemReason) -> Reply:
    """Return the reply that refuses a request for *reason*."""
    return Reply(reason.status, problem(reason))


@dataclass(frozen=True, slots=True)
class Receiving:
    """One source with its format."""

    source: Source
    format: Format


class Reception:
    """Takes in deliveries. *count* counts one delivery that is not stored, by source and outcome."""

    def __init__(
        self, sources: Mapping[str, Source], intake: Intake, wake_ups: WakeUps, count: Callable[[str, str], None]
    ) -> None:
        self._receiving = {name: Receiving(source, format_of(source)) for name, source in sources.items()}
        self._intake, self._wake_ups, self._count = intake, wake_ups, count
        self._capturing = threading.Lock()

    def find(self, name: str) -> Receiving | None:
        """Return the source *name*; None when there is none. All unknown names are counted together."""
        receiving = self._receiving.get(name)
        if receiving is None:
            self._count("", DeliveryOutcome.UNKNOWN_SOURCE)
        return receiving

    def receive(self, receiving: Receiving, request: Request) -> Reply:
        """Return the reply to *request*. A delivery is written before it is acknowledged.

        An error of the database is a reply, too: 503.
        """
        source, its_format = receiving.source, receiving.format
        if its_format.is_probe(request):
            return Reply(200, {"status": "alive"})
        challenge = its_format.challenge(request)
        if challenge and source.verification == "open":
            return Reply(200, {"challenge": challenge})
        authentic = its_format.authenticate(request)
        if authentic is None:
            self._count(source.name, DeliveryOutcome.REFUSED)
            return refusal(ProblemReason.UNAUTHENTICATED)
        try:
            return self._receive_authentic(receiving, request, authentic, challenge)
        except StoreError as error:
            log.warning("delivery_not_written", source=source.name, reason=error.reason)
            return refusal(ProblemReason.DATABASE_UNAVAILABLE)

    def _receive_authentic(self, receiving: Receiving, request: Request, authentic: Authentic, challenge: str) -> Reply:
        now = self._intake.now()
        stale = receiving.source.stale == "refuse" and _is_beyond(receiving.source.tolerance, authentic, now)
        if challenge and not stale:
            return Reply(200, {"challenge": challenge})
        if receiving.format.captures:
            return self._capture(receiving, request, now)
        delivery = receiving.format.read(request.body, now, authentic.outer)
        return self._take_in(receiving, delivery, stale=stale)

    def _take_in(self, receiving: Receiving, delivery: Delivery, *, stale: bool) -> Reply:
        name, answer = receiving.source.name, receiving.format.answer
        if not (delivery.events or delivery.unusable):
            # The body may be a customer's chat, so it is never stored.
            self._count(name, DeliveryOutcome.STALE if stale else DeliveryOutcome.IGNORED)
            ignored = Reply(200, {"status": DeliveryOutcome.IGNORED})
            return refusal(ProblemReason.STALE) if stale else _as_agreed(ignored, answer)
        if stale:
            self._intake.write(_stale(delivery))
            return refusal(ProblemReason.STALE)
        receipt = self._intake.write(delivery)
        self._wake_ups.enqueue(receipt.wake_ups)
        return _as_agreed(_acknowledgement(receipt), answer)

    def _capture(self, receiving: Receiving, request: Request, now: Instant) -> Reply:
        """Keep *request*, to be looked at, unless enough of them were kept in the last 24 hours.

        One thread counts and writes at a time. Other processes do not wait for it: each may keep one delivery more.
        """
        name, answer = receiving.source.name, receiving.format.answer
        with self._capturing:
            if self._intake.count_quarantined(name, QuarantineReason.CAPTURED, now - DAY) < MAX_A_DAY:
                return _as_agreed(_acknowledgement(self._intake.write(captured(name, request, now))), answer)
        self._count(name, DeliveryOutcome.IGNORED)
        return _as_agreed(Reply(200, {"status": DeliveryOutcome.IGNORED}), answer)


def _is_beyond(tolerance: Duration, authentic: Authentic, now: Instant) -> bool:
    return authentic.signed_at is not None and abs(now - authentic.signed_at) > tolerance


def _stale(delivery: Delivery) -> Delivery:
    """Return *delivery* without its events. It is stored once, however often the sender repeats it."""
    key = delivery.events[0].key if delivery.events else hashlib.sha256(delivery.body).hexdigest()
    return replace(delivery, events=(), keep_once=f"{delivery.source}/{key}")


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
