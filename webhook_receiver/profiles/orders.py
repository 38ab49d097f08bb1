"""Finds the order of one element: by its id, the merchant's reference, the parcel, or the shipment. Pure.

It also tells what a source's restriction makes of an event.

A wrong order is worse than none. So a reference is trimmed, and nothing inside of it is changed; and a reference that
is empty then, or when the source's prefix is cut off, is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from webhook_receiver.profiles.engine.optional import ParcelName, parcel_name
from webhook_receiver.profiles.engine.paths import Path, Position
from webhook_receiver.profiles.engine.values import first_value, is_zero, number_text, trimmed, usable
from webhook_receiver.profiles.schema.model import ReadTable
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName
from worker.domain.evidence.carriers import taken_by
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import QuarantineReason
from worker.domain.text import clean_text


class OrderReading(NamedTuple):
    """The order of an element: its key, the field that names it, and the text there before the prefix was cut off."""

    key: OrderKey
    field: str
    text: str


class OrderReader:
    """Reads what names an order by the paths of a profile, and by the rules of a source."""

    def __init__(self, paths: ReadTable, source: Source) -> None:
        self._paths, self._source = paths, source

    def parcel(self, document: object, position: Position) -> ParcelName:
        """Return the name of the parcel; empty without a tracking number. Raises `Unusable` when that is no text."""
        _, rest = _first(self._paths.tracking, document, position, _bare)
        return parcel_name(rest)

    def shipment(self, document: object, position: Position) -> str:
        """Return the courier's id of the shipment; empty when it is odd, because few orders are found by it."""
        _, rest = _first(self._paths.shipment, document, position, _bare)
        try:
            return number_text(rest, QuarantineReason.NO_ORDER)
        except Unusable:
            return ""

    def order(self, document: object, position: Position, parcel: ParcelName, shipment: str) -> OrderReading:
        """Return the order of the element with this parcel and this shipment. Raises `Unusable`."""
        order_id = first_value(self._paths.order, document, position)
        number, rest = _first(self._paths.number, document, position, self._without_prefix)
        if order_id is not None and not (is_zero(order_id) and (number is not None or parcel.text or shipment)):
            return OrderReading(self._by_id(order_id), "order", _shown(order_id))
        if number is not None:
            key = self._by_id(rest) if self._source.reference == "id" else self._by_number(rest)
            return OrderReading(key, "number", _shown(number))
        if parcel.names_order:
            return OrderReading(self._by(Reference("tracking", parcel.text)), "tracking", parcel.text)
        if shipment:
            return OrderReading(self._by(Reference("shipment", shipment)), "shipment", shipment)
        raise Unusable(QuarantineReason.BAD_TRACKING if parcel.text else QuarantineReason.NO_ORDER)

    def named(self, document: object, position: Position) -> OrderKey | None:
        """Return the order of an element that cannot be used; None when it names none. Never raises."""
        try:
            parcel = self.parcel(document, position)
        except Unusable:
            parcel = ParcelName("", "")
        try:
            return self.order(document, position, parcel, self.shipment(document, position)).key
        except Unusable:
            return None

    def _without_prefix(self, number: object) -> object:
        """Return a number without what surrounds it and without the source's prefix; a value of another type stays."""
        if type(number) not in {str, int}:
            return number
        prefix, text = self._source.number_prefix, trimmed(str(number))
        return "" if text == prefix.strip() else trimmed(text.removeprefix(prefix))

    def _by_id(self, value: object) -> OrderKey:
        usable(value, "the order's id")
        try:
            return OrderKey(self._source.account, self._source.read_order_id(value))
        except ValueError as error:
            raise Unusable(QuarantineReason.BAD_ORDER_ID) from error

    def _by_number(self, value: object) -> OrderKey:
        return self._by(Reference("number", number_text(value, QuarantineReason.BAD_ORDER_NUMBER)))

    def _by(self, reference: Reference) -> OrderKey:
        return OrderKey(self._source.account, str(reference))


def _first(
    paths: Sequence[Path], document: object, position: Position, cut: Callable[[object], object]
) -> tuple[object, object]:
    """Return the first value at *paths* of which *cut* leaves something, and what it leaves; None twice if none is."""
    for path in paths:
        value = path.value(document, position)
        rest = cut(value)
        if rest is not None and rest != "":
            return value, rest
    return None, None


def _bare(value: object) -> object:
    return trimmed(value) if isinstance(value, str) else value


def _shown(value: object) -> str:
    return clean_text(str(value))


def as_reported(event: Event, source: Source, carrier: str = "") -> Event:
    """Return *event* as *source* reports it: within its restriction, with the order's *carrier* if it names one.

    A restricted source has references of its own, so what others send under the same name does not meet them.
    """
    if event.name is EventName.HINT:  # it says nothing, so it is never refused
        return event
    order, is_restricted = event.order, source.orders != "any"
    if is_restricted and (reference := order.reference):
        order = OrderKey(order.account, str(reference._replace(source=source.name)))
    takes = taken_by(event.name, source.name) if source.takes_orders else ""
    return replace(event, order=order, restricted=is_restricted, carrier=carrier or takes)
