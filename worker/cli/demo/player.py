"""The player: lets happen what the story says, when its time has come."""

from collections.abc import Iterator, Mapping, Sequence

from worker.cli.demo.clock import DayClock
from worker.cli.demo.platform import Platform
from worker.cli.demo.screen import Line
from worker.cli.demo.script import At, ByHand, Hint, Known, Placed, Scan, Tale, Trouble, minutes
from worker.cli.demo.senders import Receipt, Senders
from worker.cli.demo.shops import shop_of
from worker.cli.demo.watch import View

TONES = {
    "accepted": "",
    "ignored": "dim",
    "duplicate": "dim",
    "quarantined": "yellow",
    "stale": "red",
    "refused": "red",
}


class Player:
    """Plays *day* on the platforms, by account, and through the senders. Each order's acts happen in their order."""

    def __init__(
        self, day: Sequence[Tale], clock: DayClock, platforms: Mapping[str, Platform], senders: Senders
    ) -> None:
        self._left = [(tale, list(tale.day)) for tale in day]
        self._clock, self._platforms, self._senders = clock, platforms, senders

    @property
    def is_over(self) -> bool:
        """Whether everything has happened."""
        return not any(acts for _, acts in self._left)

    def play(self, view: View) -> Iterator[Line]:
        """Let happen what is to happen by now, as *view* shows the orders; yield a line for each act."""
        for tale, acts in self._left:
            while acts and self._is_time(acts[0], tale, view):
                for who, text, style in self._perform(tale, acts.pop(0)):
                    yield Line(self._clock.now, who, tale.order, text, style)

    def _is_time(self, at: At, tale: Tale, view: View) -> bool:
        return minutes(at.clock) <= self._clock.now and (not at.once or view.rests_at(tale.order, at.once))

    def _perform(self, tale: Tale, at: At) -> Iterator[tuple[str, str, str]]:
        account, order_id = tale.order
        platform = self._platforms[account]
        match at.act:
            case Placed(payment) as placed:
                platform.create(order_id, placed)
                yield "customer", f"places the order, {payment}", ""
                if shop_of(tale.order).hooks:
                    yield "platform", *self._hint(tale, "order.created", at.clock)
            case Hint(event):
                yield "platform", *self._hint(tale, event, at.clock)
            case ByHand(status):
                platform.change(order_id, status=status)
                yield "merchant", f"sets it to {status} by hand", "magenta"
            case Trouble(says, match, fault):
                platform.order_trouble(order_id, match, fault)
                yield "sandbox", says, "yellow"
            case Scan(times=times) as scan:
                yield from (("courier", *self._scan(tale, scan, at.clock)) for _ in range(times))

    def _hint(self, tale: Tale, event: str, clock: str) -> tuple[str, str]:
        shop = shop_of(tale.order)
        about = {"id": shop.idiom.spell(tale.order.order_id)}
        document = {"event": event, "timestamp": self._clock.instant(clock), "data": about}
        return _answered(event, self._senders.post(shop.hooks, document))

    def _scan(self, tale: Tale, scan: Scan, clock: str) -> tuple[str, str]:
        about = _about(tale, scan)
        document = {
            "id": f"{about['tracking_number']}-{scan.event}",
            "event": scan.event,
            "timestamp": self._clock.instant(scan.happened or clock),
            "data": about,
        }
        return _answered(_told(scan), self._senders.post(shop_of(tale.order).courier, document, scan.signed))


def _about(tale: Tale, scan: Scan) -> dict[str, object]:
    """Give what the courier knows of the order, and of its parcels."""
    spelt = shop_of(tale.order).idiom.spell(tale.order.order_id)
    known: dict[Known, dict[str, object]] = {
        "id": {"order_id": spelt},
        "number": {"order_number": tale.placed.number},
        "parcel": {},
    }
    counted = {"parcels": scan.parcels} if scan.parcels else {}
    return {**known[scan.by], "tracking_number": f"TRK-{tale.order.order_id}{scan.parcel}", **counted}


def _told(scan: Scan) -> str:
    by = "" if scan.by == "id" else f", by {scan.by}"
    signed = "" if scan.signed == "well" else f", {scan.signed}"
    return f"{scan.event} {scan.parcel}".strip() + by + signed


def _answered(event: str, receipt: Receipt) -> tuple[str, str]:
    return f"{event} → {receipt.status} {receipt.outcome}", TONES.get(receipt.outcome, "bold red")
