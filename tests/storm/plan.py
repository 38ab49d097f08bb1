"""The plan of a storm: every webhook of every order, with the moment at which it is sent. A seed repeats it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tests.storm.journeys import MAIN, Fate, PlannedOrder, plan_orders
from tests.storm.speakers import SPEAKERS

DROPPED, REPEATED = 0.30, 0.30
STALE, FORGED, MALFORMED = 0.02, 0.02, 0.02
"""Further deliveries, as shares of the events that are sent."""
HINTS = 2
"""How many hints the platform has for each order; hints are dropped and repeated like events."""
HINT = "hint"


class Flaw(StrEnum):
    """What is wrong with a delivery, so that it must not move its order."""

    NONE = ""
    STALE = "stale"
    """Signed an hour ago."""
    FORGED = "forged"
    """Signed with a wrong secret."""
    MALFORMED = "malformed"
    """Authentic, but no document that names an order."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a delivery says: an *event* (`HINT`, or one of the way) about a parcel of an order."""

    order: PlannedOrder
    event: str
    tracking: str = ""
    occurrence: int = 0
    """Tells apart facts that are otherwise the same."""


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One webhook, sent *at* this many seconds after the begin."""

    at: float
    fact: Fact
    flaw: Flaw = Flaw.NONE


@dataclass(frozen=True, slots=True)
class ManualChange:
    """Somebody sets the status of an order at its platform, *at* this many seconds after the begin."""

    at: float
    order: PlannedOrder
    status: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A storm without its troubles.

    *facts* counts all events and hints, *dropped* those that are never sent, *repeated* those that are sent twice.
    """

    orders: list[PlannedOrder]
    deliveries: list[PlannedDelivery]
    changes: list[ManualChange]
    facts: int
    dropped: int
    repeated: int


def make_plan(orders: int, seed: int, lasts: float) -> Plan:
    """Plan a storm of so many *orders*, whose webhooks are sent within *lasts* seconds."""
    chance = random.Random(seed)
    planned = plan_orders(orders, chance)
    facts = [fact for order in planned for fact in _facts_of(order)]
    kept = [fact for fact in facts if chance.random() >= DROPPED]
    repeats = [fact for fact in kept if chance.random() < REPEATED]
    deliveries = [PlannedDelivery(chance.uniform(0, lasts), fact) for fact in (*kept, *repeats)]
    deliveries += _flawed(kept, lasts, chance)
    changes = [_change(order, lasts, chance) for order in planned if order.fate in _STATUS_BY_HAND]
    deliveries.sort(key=lambda delivery: delivery.at)
    changes.sort(key=lambda change: change.at)
    return Plan(planned, deliveries, changes, len(facts), len(facts) - len(kept), len(repeats))


def happened_at(fact: Fact, begin: datetime) -> datetime:
    """Return when a fact happened, according to its courier: within the two days before *begin*."""
    hours = 40.0 - 8 * fact.order.way.index(fact.event)
    return (begin - timedelta(hours=hours)).astimezone(UTC)


def _facts_of(order: PlannedOrder) -> Iterator[Fact]:
    if order.fate in {Fate.SILENT, Fate.MOVED_BY_HAND}:
        return
    known = SPEAKERS[order.speaker].words if order.speaker else order.way
    for tracking in order.trackings:
        yield from (Fact(order, event, tracking) for event in order.way if event in known)
    if order.account == MAIN:  # the other platform sends no webhooks
        yield from (Fact(order, HINT, occurrence=occurrence) for occurrence in range(HINTS))


def _flawed(kept: list[Fact], lasts: float, chance: random.Random) -> Iterator[PlannedDelivery]:
    """Yield further deliveries that must move nothing: they say the last of the way, which would move most."""
    in_open_format = [fact for fact in kept if fact.event != HINT and not fact.order.speaker]
    for flaw, share in ((Flaw.STALE, STALE), (Flaw.FORGED, FORGED), (Flaw.MALFORMED, MALFORMED)):
        for fact in chance.sample(in_open_format, int(share * len(in_open_format))):
            said = Fact(fact.order, fact.order.way[-1], fact.tracking, occurrence=len(flaw))
            yield PlannedDelivery(chance.uniform(0, lasts), said, flaw)


def _change(order: PlannedOrder, lasts: float, chance: random.Random) -> ManualChange:
    return ManualChange(chance.uniform(0, lasts), order, _STATUS_BY_HAND[order.fate])


_STATUS_BY_HAND = {Fate.CANCELLED: "cancelled", Fate.MOVED_BY_HAND: "delivered"}
