"""Carries out the actions of the demo day, each at its time."""

from collections.abc import Iterator, Mapping, Sequence

from worker.cli.demo.clients import Reply, SandboxClient, WebhookClient
from worker.cli.demo.progress import Line, View
from worker.cli.demo.script import (
    ApiFault,
    At,
    CourierScan,
    ManualChange,
    NamedBy,
    NewOrder,
    PlatformEvent,
    Scenario,
)
from worker.cli.demo.shops import shop_of
from worker.cli.demo.timing import DayClock, minutes_of

STYLES = {
    "accepted": "",
    "ignored": "dim",
    "duplicate": "dim",
    "quarantined": "yellow",
    "stale": "red",
    "refused": "red",
}
"""The style of a line, by the outcome in the receiver's reply."""


class Driver:
    """Carries out the actions of *day*. *sandboxes* is by account."""

    def __init__(
        self,
        day: Sequence[Scenario],
        clock: DayClock,
        sandboxes: Mapping[str, SandboxClient],
        webhooks: WebhookClient,
    ) -> None:
        self._remaining = [(scenario, list(scenario.timetable)) for scenario in day]
        self._clock, self._sandboxes, self._webhooks = clock, sandboxes, webhooks

    @property
    def is_finished(self) -> bool:
        """Whether every action has been carried out."""
        return not any(timetable for _, timetable in self._remaining)

    def run_due(self, view: View) -> Iterator[Line]:
        """Carry out all actions that are due. *view* has the current orders. Yields a line for each post and change."""
        for scenario, timetable in self._remaining:
            while timetable and self._is_due(timetable[0], scenario, view):
                for who, text, style in self._carry_out(scenario, timetable.pop(0)):
                    yield Line(self._clock.minutes, who, scenario.order, text, style)

    def _is_due(self, at: At, scenario: Scenario, view: View) -> bool:
        if minutes_of(at.clock) > self._clock.minutes:
            return False
        return not at.wait_for or view.is_at_rest_at(scenario.order, at.wait_for)

    def _carry_out(self, scenario: Scenario, at: At) -> Iterator[tuple[str, str, str]]:
        account, order_id = scenario.order
        sandbox = self._sandboxes[account]
        match at.action:
            case NewOrder(payment) as new_order:
                sandbox.create(order_id, new_order)
                yield "customer", f"places the order, {payment}", ""
                if sandbox.shop.platform_source:
                    yield "platform", *self._post_event(scenario, "order.created", at.clock)
            case PlatformEvent(event):
                yield "platform", *self._post_event(scenario, event, at.clock)
            case ManualChange(status):
                sandbox.change(order_id, status=status)
                yield "merchant", f"sets it to {status} by hand", "magenta"
            case ApiFault(description, match, fault):
                sandbox.inject_fault(order_id, match, fault)
                yield "sandbox", description, "yellow"
            case CourierScan(times=times) as scan:
                yield from (("courier", *self._post_scan(scenario, scan, at.clock)) for _ in range(times))

    def _post_event(self, scenario: Scenario, event: str, clock: str) -> tuple[str, str]:
        shop = shop_of(scenario.order)
        data = {"id": shop.platform.encode_id(scenario.order.order_id)}
        document = {"event": event, "timestamp": self._clock.timestamp(clock), "data": data}
        return _text_and_style(event, self._webhooks.post(shop.platform_source, document))

    def _post_scan(self, scenario: Scenario, scan: CourierScan, clock: str) -> tuple[str, str]:
        data = _scan_data(scenario, scan)
        document = {
            "id": f"{data['tracking_number']}-{scan.event}",
            "event": scan.event,
            "timestamp": self._clock.timestamp(scan.happened_at or clock),
            "data": data,
        }
        source = shop_of(scenario.order).courier_source
        return _text_and_style(_description(scan), self._webhooks.post(source, document, scan.signature))


def _scan_data(scenario: Scenario, scan: CourierScan) -> dict[str, object]:
    """Return the data of the courier's event: the name of the order, and its parcel."""
    order_id = shop_of(scenario.order).platform.encode_id(scenario.order.order_id)
    names: dict[NamedBy, dict[str, object]] = {
        "id": {"order_id": order_id},
        "number": {"order_number": scenario.new_order.number},
        "parcel": {},
    }
    parcels = {"parcels": scan.parcels} if scan.parcels else {}
    return {**names[scan.named_by], "tracking_number": f"TRK-{scenario.order.order_id}{scan.parcel}", **parcels}


def _description(scan: CourierScan) -> str:
    named_by = "" if scan.named_by == "id" else f", by {scan.named_by}"
    signature = "" if scan.signature == "valid" else f", {scan.signature}"
    return f"{scan.event} {scan.parcel}".strip() + named_by + signature


def _text_and_style(event: str, reply: Reply) -> tuple[str, str]:
    return f"{event} → {reply.status} {reply.outcome}", STYLES.get(reply.outcome, "bold red")
