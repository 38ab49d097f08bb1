"""Which orders each source may report: by its own setting, else by the other sources of its account."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from webhook_receiver.profiles import NATIVE_PROFILES
from worker.domain.events import MOVEMENTS, EventName
from worker.settings.sources import SourceSettings

Orders: TypeAlias = Literal["any", "own", "assigned"]

COURIERS_ALLOW = frozenset({"shipment"})
"""What a courier may report, unless its source says otherwise."""

MAX_UNKNOWN = 10_000
"""How many unknown orders a courier may have named, unless its source says otherwise."""


class Carrying(NamedTuple):
    """What a source has to do with the carriers of orders.

    *orders* are those that it may report. *takes*: an order that nobody carries is its own once it reports a parcel of
    it. *carriers* are the sources that it may name as an order's carrier.
    """

    orders: Orders = "any"
    takes: bool = False
    carriers: frozenset[str] = frozenset()


def allowed(source: SourceSettings) -> frozenset[str]:
    """Return the events, and the families of events, that *source* may report."""
    if source.allow:
        return source.allow
    native = NATIVE_PROFILES.get(source.profile.name) if source.profile.file is None else None
    return native.allow if native else COURIERS_ALLOW


def is_courier(source: SourceSettings) -> bool:
    """Tell whether *source* reports what becomes of parcels, and nothing that only a platform or the merchant knows.

    Who may only announce parcels is none: a label system announces the parcels that couriers carry.
    """
    is_kept_only = source.profile.file is not None and source.profile.file.capture
    told = {name for name in allowed(source) if _is_of("shipment", name)} - {EventName.CREATED}
    return not is_kept_only and not may_assign(source) and bool(told)


def moves_parcels(source: SourceSettings) -> bool:
    """Tell whether *source* is a courier that may report that it has a parcel, or has delivered it."""
    return is_courier(source) and not MOVEMENTS.isdisjoint(_events(allowed(source)))


def may_assign(source: SourceSettings) -> bool:
    """Tell whether *source* may report `order` events, so that it is the merchant's own system or the platform."""
    return any(_is_of("order", name) for name in allowed(source))


def _events(names: frozenset[str]) -> set[EventName]:
    """Return the events of *names*, which are events and families of events."""
    return {event for event in EventName if not {event, event.partition(".")[0]}.isdisjoint(names)}


def max_unknown_of(source: SourceSettings) -> int | None:
    """Return how many unknown orders *source* may have named; None for any number, as for who knows all orders."""
    return source.max_unknown or (None if may_assign(source) else MAX_UNKNOWN)


def _is_of(family: str, name: str) -> bool:
    return name.partition(".")[0] == family


def carrying_of(sources: Mapping[str, SourceSettings]) -> dict[str, Carrying]:
    """Return what each of *sources* has to do with carriers, by name.

    Of an account with several couriers that move parcels, each courier may report only its own orders, unless its
    setting says otherwise.
    """
    couriers = Counter(source.account for source in sources.values() if moves_parcels(source))
    return {name: _carrying(source, couriers[source.account], sources.items()) for name, source in sources.items()}


def _carrying(source: SourceSettings, couriers: int, sources: Iterable[tuple[str, SourceSettings]]) -> Carrying:
    if is_courier(source):
        orders = source.orders or ("own" if couriers > 1 else "any")
        return Carrying(orders, takes=orders != "assigned")
    carriers = carriers_of(sources, source.account) if may_assign(source) else frozenset()
    return Carrying(source.orders or "any", takes=source.orders == "own", carriers=carriers)


def carriers_of(sources: Iterable[tuple[str, SourceSettings]], account: str) -> frozenset[str]:
    """Return the names of those of *sources* that can carry orders of *account*.

    A source that is no courier can, if its own setting says that it may report only its own orders.
    """
    of_account = [(name, source) for name, source in sources if source.account == account]
    return frozenset(name for name, source in of_account if is_courier(source) or source.orders in {"own", "assigned"})


def unlimited_reporters(sources: Mapping[str, SourceSettings]) -> dict[str, list[str]]:
    """Return by account the sources that may be couriers, but may send `order` events because they have no `allow`.

    Only accounts with several sources that report the movement of parcels count: with one, nothing is refused anyway.
    """
    movers = {name: each for name, each in sources.items() if not MOVEMENTS.isdisjoint(_events(allowed(each)))}
    several = {account for account, count in Counter(each.account for each in movers.values()).items() if count > 1}
    found: dict[str, list[str]] = {}
    for name, source in movers.items():
        if source.account in several and source.allow is None and may_assign(source):
            found.setdefault(source.account, []).append(name)
    return found


def orders_by_account(sources: Mapping[str, SourceSettings]) -> dict[str, dict[str, str]]:
    """Return in words the orders that each of *sources* may report, by account and name."""
    words: dict[str, dict[str, str]] = {}
    for name, carrying in carrying_of(sources).items():
        by_default = " by default" if sources[name].orders is None else ""
        words.setdefault(sources[name].account, {})[name] = f"{carrying.orders}{by_default}"
    return words
