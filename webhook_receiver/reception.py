"""Takes one delivery in: verify, read by profile, write down, nudge. Plain values in and out."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import structlog

from webhook_receiver.problems import problem
from webhook_receiver.profiles.engine import read_events
from webhook_receiver.signatures import Request, signed_at
from webhook_receiver.sources import Source
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import JournalError, Unusable
from worker.ports import Delivery, Intake, Nudge, Receipt

MAX_CHALLENGE, MAX_CHALLENGE_BODY = 256, 4096  # anybody may send one: not much of it is parsed

log = structlog.get_logger()


class Answer(NamedTuple):
    """What the sender gets: a status and a JSON object, which is a problem from 400 on."""

    status: int
    body: Mapping[str, object]


STALE = Answer(401, problem(401, "stale"))


class Reception:
    """The rules of the front door. *count* adds to the tally of what is not stored, by (source, outcome)."""

    def __init__(
        self, sources: Mapping[str, Source], intake: Intake, nudge: Nudge, count: Callable[[str, str], None]
    ) -> None:
        self._sources, self._intake, self._nudge, self._count = sources, intake, nudge, count

    def find(self, name: str) -> Source | None:
        """Return the source of this name; strangers are counted together, whatever they call themselves."""
        source = self._sources.get(name)
        if source is None:
            self._count("", "unknown_source")
        return source

    def receive(self, source: Source, request: Request) -> Answer:
        """Judge *request* and answer it: whatever is acknowledged was written down first."""
        challenge = _challenge(source, request.body)
        if challenge and source.verification == "open":
            return Answer(200, {"challenge": challenge})
        signed = signed_at(request, source)
        if signed is None:
            self._count(source.name, "refused")
            return Answer(401, problem(401))
        try:
            now = self._intake.now()
            stale = abs(now - signed) > source.tolerance and source.stale == "refuse"
            if challenge and not stale:
                return Answer(200, {"challenge": challenge})
            return self._take_in(source, request.body, now, stale=stale)
        except JournalError as error:
            log.warning("delivery_not_written", source=source.name, reason=error.reason)
            return Answer(503, problem(503, error.reason))

    def _take_in(self, source: Source, body: bytes, now: int, *, stale: bool) -> Answer:
        try:
            events = read_events(source, body, now)
            delivery = Delivery(source.name, now, body, events)
        except Unusable as error:
            delivery = Delivery(source.name, now, body, unusable=error.reason, detail=error.detail)
        if not (delivery.events or delivery.unusable):
            # The body may be a customer's chat: it is not kept, whatever its age.
            self._count(source.name, "stale" if stale else "ignored")
            return STALE if stale else Answer(200, {"status": "ignored"})
        if stale:
            self._intake.write(_stale(delivery))
            return STALE
        receipt = self._intake.write(delivery)
        self._nudge(receipt.nudges)
        return _acknowledgement(receipt)


def _stale(delivery: Delivery) -> Delivery:
    """Keep it once, however often it is played back, and act on nothing."""
    key = delivery.events[0].key if delivery.events else hashlib.sha256(delivery.body).hexdigest()
    return replace(delivery, events=(), keep_once=f"{delivery.source}/{key}")


def _acknowledgement(receipt: Receipt) -> Answer:
    if receipt.outcome == "quarantined":
        return Answer(202, {"status": "quarantined", "reason": receipt.reason})
    ids = {"delivery_id": receipt.delivery_id, "event_id": receipt.event_id}
    return Answer(200 if receipt.outcome == "duplicate" else 202, {"status": receipt.outcome, **ids})


def _challenge(source: Source, body: bytes) -> str:
    """Return the text by which the platform verifies our URL; empty when *body* is something else."""
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
