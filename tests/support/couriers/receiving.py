"""A receiver for one courier, without HTTP and database: it authenticates, reads and recognises repeats."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.support.couriers.samples import Ago, Courier, News, Outcome, Sent
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.schema.files import load_profile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.events import Event, EventName
from worker.domain.instants import instant_of
from worker.ports import Delivery

NOW = datetime(2026, 11, 28, tzinfo=UTC)
"""The arrival of every delivery."""
AGO = Ago(NOW)


def read_order_id(value: object) -> str:
    """Read an order id as the merchant's platform has it: digits."""
    if isinstance(value, bool) or not re.fullmatch("[1-9][0-9]{0,18}", str(value)):
        raise ValueError("no order id")
    return str(value)


def source_of(courier: Courier, secrets: Mapping[str, Iterable[str]] | None = None, **changes: Any) -> Source:
    """Return the source of *courier* with *changes*. *secrets* are several live secrets of each method."""
    several = secrets or {method: [secret] for method, secret in courier.secrets.items()}
    source = Source(
        courier.profile,
        load_profile(courier.profile),
        {method: tuple(secret.encode() for secret in values) for method, values in several.items()},
        "main",
        read_order_id,
        frozenset({"shipment"}),
        options=courier.options,
        zone=ZoneInfo(courier.timezone),
    )
    return replace(source, **changes)


def request_of(sent: Sent, name: str) -> Request:
    """Return the request as the receiver of the source *name* gets it."""
    headers = {key.lower(): value.encode().decode("latin-1") for key, value in sent.headers.items()}
    return Request(sent.method, f"/webhooks/{name}{sent.query}".encode(), headers, sent.body)


class Received(NamedTuple):
    """What came of a delivery. *events* are those that were read from it, whether they are new or not."""

    outcome: Outcome
    events: tuple[Event, ...] = ()
    reason: str = ""
    detail: str = ""

    @property
    def news(self) -> tuple[News, ...]:
        return tuple(map(news_of, self.events))


@dataclass(slots=True)
class Memory:
    """The events that were received: by key, what each said."""

    known: dict[str, tuple[str, str, EventName]]

    def outcome(self, delivery: Delivery) -> tuple[Outcome, str]:
        """Return the outcome of *delivery* and the reason of a quarantine, by the rules of the database."""
        if delivery.unusable:
            return "quarantined", delivery.unusable
        if not delivery.events:
            return "ignored", ""
        said = {event.key: (event.order.order_id, event.tracking, event.name) for event in delivery.events}
        if any(self.known.get(key, news) != news for key, news in said.items()):
            return "quarantined", "key_reused"
        outcome: Outcome = "accepted" if said.keys() - self.known.keys() else "duplicate"
        self.known |= said
        return outcome, ""


class Receiver:
    """Receives the deliveries of *courier*; see `source_of` for the arguments."""

    def __init__(self, courier: Courier, secrets: Mapping[str, Iterable[str]] | None = None, **changes: Any) -> None:
        self.source = source_of(courier, secrets, **changes)
        self.format, self._memory = format_of(self.source), Memory({})

    def receive(self, sent: Sent) -> Received:
        """Return what comes of *sent*."""
        request = request_of(sent, self.source.name)
        if self.format.is_probe(request):
            return Received("probe")
        if request.method not in self.format.methods or not self.format.authenticate(request):
            return Received("refused")
        delivery = self.format.read(sent.body, instant_of(NOW))
        outcome, reason = self._memory.outcome(delivery)
        return Received(outcome, delivery.events, reason, delivery.detail)


def received(courier: Courier, sent: Sent, **changes: Any) -> Received:
    """Return what comes of *sent* when nothing was received before."""
    return Receiver(courier, **changes).receive(sent)


def meaning(courier: Courier, word: str, **fields: Any) -> str:
    """Return what the status *word* means: an event without `shipment.`, `info`, or the reason of a quarantine."""
    result = received(courier, courier.sent(courier.document(word, AGO(1), **fields)))
    names = {news.name for news in result.news}
    return names.pop() if names else {"ignored": "info"}.get(result.outcome) or result.reason or result.outcome


def news_of(event: Event) -> News:
    """Return *event* in the words of a sample."""
    reference = event.order.reference
    number = reference.value if reference and reference.kind == "number" else ""
    at = datetime.fromtimestamp(event.occurred_at / 1_000_000, UTC)
    return News(event.name.removeprefix("shipment."), at, number, event.tracking, event.shipment)


def fits(wanted: News, got: News) -> bool:
    """Tell whether an event is the *wanted* one, whose time may be any."""
    return wanted == got._replace(at=wanted.at and got.at)
