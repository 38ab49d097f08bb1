"""Takes in one delivery: verifies it, reads it by its profile, writes it, and enqueues wake-ups. It knows no HTTP."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import structlog

from webhook_receiver.problems import ProblemReason, problem
from webhook_receiver.profiles.engine import read_events
from webhook_receiver.signatures import Request, signed_at
from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import StoreError, Unusable
from worker.domain.instants import Instant
from worker.domain.reasons import DeliveryOutcome
from worker.ports import Delivery, Intake, Receipt, WakeUps

MAX_CHALLENGE = 256
"""In characters."""
MAX_CHALLENGE_BODY = 4096
"""In bytes. A challenge may be unsigned, so no larger body is parsed in search of one."""

log = structlog.get_logger()


class Reply(NamedTuple):
    """The reply to the sender: an HTTP status, and a JSON object with problem details (RFC 9457) from 400 on."""

    status: int
    body: Mapping[str, object]


def refusal(reason: ProblemReason) -> Reply:
    """Return the reply that refuses a request for *reason*."""
    return Reply(reason.status, problem(reason))


class Reception:
    """Takes in deliveries. *count* counts one delivery that is not stored, by source and outcome."""

    def __init__(
        self, sources: Mapping[str, Source], intake: Intake, wake_ups: WakeUps, count: Callable[[str, str], None]
    ) -> None:
        self._sources, self._intake, self._wake_ups, self._count = sources, intake, wake_ups, count

    def find(self, name: str) -> Source | None:
        """Return the source *name*; None when there is none. All unknown names are counted together."""
        source = self._sources.get(name)
        if source is None:
            self._count("", DeliveryOutcome.UNKNOWN_SOURCE)
        return source

    def receive(self, source: Source, request: Request) -> Reply:
        """Return the reply to *request*. A delivery is written before it is acknowledged.

        An error of the database is a reply, too: 503.
        """
        challenge = _challenge(source, request.body)
        if challenge and source.verification == "open":
            return Reply(200, {"challenge": challenge})
        signed = signed_at(request, source)
        if signed is None:
            self._count(source.name, DeliveryOutcome.REFUSED)
            return refusal(ProblemReason.UNAUTHENTICATED)
        try:
            now = self._intake.now()
            stale = abs(now - signed) > source.tolerance and source.stale == "refuse"
            if challenge and not stale:
                return Reply(200, {"challenge": challenge})
            return self._take_in(source, request.body, now, stale=stale)
        except StoreError as error:
            log.warning("delivery_not_written", source=source.name, reason=error.reason)
            return refusal(ProblemReason.DATABASE_UNAVAILABLE)

    def _take_in(self, source: Source, body: bytes, now: Instant, *, stale: bool) -> Reply:
        try:
            events = read_events(source, body, now)
            delivery = Delivery(source.name, now, body, events)
        except Unusable as error:
            delivery = Delivery(source.name, now, body, unusable=error.reason, detail=error.detail)
        if not (delivery.events or delivery.unusable):
            # The body may be a customer's chat, so it is never stored.
            self._count(source.name, DeliveryOutcome.STALE if stale else DeliveryOutcome.IGNORED)
            return refusal(ProblemReason.STALE) if stale else Reply(200, {"status": DeliveryOutcome.IGNORED})
        if stale:
            self._intake.write(_stale(delivery))
            return refusal(ProblemReason.STALE)
        receipt = self._intake.write(delivery)
        self._wake_ups.enqueue(receipt.wake_ups)
        return _acknowledgement(receipt)


def _stale(delivery: Delivery) -> Delivery:
    """Return *delivery* without its events. It is stored once, however often the sender repeats it."""
    key = delivery.events[0].key if delivery.events else hashlib.sha256(delivery.body).hexdigest()
    return replace(delivery, events=(), keep_once=f"{delivery.source}/{key}")


def _acknowledgement(receipt: Receipt) -> Reply:
    if receipt.outcome is DeliveryOutcome.QUARANTINED:
        return Reply(202, {"status": receipt.outcome, "reason": receipt.reason})
    ids = {"delivery_id": receipt.delivery_id, "event_id": receipt.event_id}
    return Reply(200 if receipt.outcome is DeliveryOutcome.DUPLICATE else 202, {"status": receipt.outcome, **ids})


def _challenge(source: Source, body: bytes) -> str:
    """Return the challenge with which the platform verifies our URL; empty when *body* is something else."""
    if not source.profile.challenged or len(body) > MAX_CHALLENGE_BODY:
        return ""
    try:
        document = read_document(body)
    except Malformed:
        return ""
    if not isinstance(document, dict) or document.get("type") != "verification":
        return ""
    text = document.get("challenge")
    return text if isinstance(text, str) and len(text) <= MAX_CHALLENGE and text.isprintable() else ""
