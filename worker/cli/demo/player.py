"""The player: lets happen what the story says, when its time has come."""

from collections.abc import Iterator, Sequence

from worker.cli.demo.acts import At, ByHand, Hint, Placed, Scan, Tale, Trouble, minutes
from worker.cli.demo.clock import DayClock
from worker.cli.demo.news import Line
from worker.cli.demo.platform import Platform
from worker.cli.demo.senders import Receipt, Senders
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
    """Plays *day* on the platform and through the senders. Each order's acts happen in their order."""

    def __init__(self, day: Sequence[Tale], clock: DayClock, platform: Platform, senders: Senders) -> None:
        self._left = {tale.order: list(tale.day) for tale in day}
        self._clock, self._platform, self._senders = clock, platform, senders

    @property
    def is_over(self) -> bool:
        """Whether everything has happened."""
        return not any(self._left.values())

    def play(self, view: View) -> Iterator[Line]:
        """Let happen what is to happen by now, as *view* shows the orders; yield a line for each act."""
        for order, acts in self._left.items():
            while acts and self._is_time(acts[0], order, view):
                for who, text, style in self._perform(order, acts.pop(0)):
                    yield Line(self._clock.now, who, order, text, style)

    def _is_time(self, at: At, order: int, view: View) -> bool:
        return minutes(at.clock) <= self._clock.now and (not at.once or view.rests_at(order, at.once))

    def _perform(self, order: int, at: At) -> Iterator[tuple[str, str, str]]:
        match at.act:
            case Placed(payment, notes):
                self._platform.create(order, payment_status=payment, admin_notes=notes)
                yield "customer", f"places the order, {payment}", ""
                yield "platform", *self._hint(order, "order.created", at.clock)
            case Hint(event):
                yield "platform", *self._hint(order, event, at.clock)
            case ByHand(status):
                self._platform.change(order, status=status)
                yield "merchant", f"sets it to {status} by hand", "magenta"
            case Trouble(says, fault):
                self._platform.order_trouble(fault)
                yield "sandbox", says, "yellow"
            case Scan(times=times):
                yield from (("courier", *self._scan(order, at.act, at.clock)) for _ in range(times))

    def _hint(self, order: int, event: str, clock: str) -> tuple[str, str]:
        document = {"event": event, "timestamp": self._clock.instant(clock), "data": {"id": order}}
        return _answered(event, self._senders.post("awalchat", document))

    def _scan(self, order: int, scan: Scan, clock: str) -> tuple[str, str]:
        tracking = f"TRK-{order}{scan.parcel}"
        news = {"order_id": order, "tracking_number": tracking}
        document = {
            "id": f"{tracking}-{scan.event}",
            "event": scan.event,
            "timestamp": self._clock.instant(scan.happened or clock),
            "data": news | ({"parcels": scan.parcels} if scan.parcels else {}),
        }
        named = f"{scan.event} {scan.parcel}".strip()
        signed = "" if scan.signed == "well" else f" (signed: {scan.signed})"
        return _answered(f"{named}{signed}", self._senders.post("courier", document, scan.signed))


def _answered(event: str, receipt: Receipt) -> tuple[str, str]:
    return f"{event} → {receipt.status} {receipt.outcome}", TONES.get(receipt.outcome, "bold red")
