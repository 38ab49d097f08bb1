"""Carries out the actions of the demo day, each at its time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from worker.cli.demo.clients import Reply, SandboxClient, WebhookClient
from worker.cli.demo.couriers import COURIERS, Courier, Values
from worker.cli.demo.merchant import Merchant
from worker.cli.demo.progress import Line, View
from worker.cli.demo.script import (
    ApiFault,
    At,
    CourierScan,
    ManualChange,
    NewOrder,
    PlatformEvent,
    Replay,
    Scenario,
    Signature,
)
from worker.cli.demo.shops import Shop, shop_of
from worker.cli.demo.timing import DayClock, minutes_of

FAMILY = "shipment."
"""The beginning of the names of all events of parcels, which a line leaves out beside a courier's own word."""
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
        merchant: Merchant,
    ) -> None:
        self._remaining = [(scenario, list(scenario.timetable)) for scenario in day]
        self._scenarios = {scenario.order: scenario for scenario in day}
        self._clock, self._sandboxes, self._webhooks, self._merchant = clock, sandboxes, webhooks, merchant

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
            case Replay(kind, event):
                yield "merchant", self._replay(COURIERS[kind], event), "magenta"
            case CourierScan(kind, times=times) as scan:
                source = COURIERS[kind].source
                yield from ((source, *self._post_scan(scenario, scan, at.clock)) for _ in range(times))

    def _post_event(self, scenario: Scenario, event: str, clock: str) -> tuple[str, str]:
        shop = shop_of(scenario.order)
        data = {"id": shop.platform.encode_id(scenario.order.order_id)}
        document = {"event": event, "timestamp": self._clock.moment(clock).isoformat(), "data": data}
        return _text_and_style(event, self._post(shop, shop.platform_source, document))

    def _post_scan(self, scenario: Scenario, scan: CourierScan, clock: str) -> tuple[str, str]:
        courier, moment = COURIERS[scan.kind], self._clock.moment(scan.happened_at or clock)
        orders = [scenario, *(self._scenarios[scenario.order._replace(order_id=other)] for other in scan.others)]
        parcels = [parcel_values(of, scan, moment) for of in orders]
        document = courier.compose(courier.word(scan.event, unknown=scan.unknown), parcels)
        reply = self._post(shop_of(scenario.order), courier.source, document, scan.signature)
        text, style = _text_and_style(_description(courier, scan), reply)
        return f"{text}, with {' and '.join(scan.others)}" if scan.others else text, style

    def _post(self, shop: Shop, source: str, document: Mapping[str, object], signature: Signature = "valid") -> Reply:
        secrets = self._merchant.installation.source_secrets[source]
        return self._webhooks.post(source, shop.senders[source].request(document, secrets, signature))

    def _replay(self, courier: Courier, event: str) -> str:
        word, meaning = courier.word(event, unknown=True), event.removeprefix(FAMILY)
        outcome = self._merchant.replay(courier.source, {word: meaning})
        return f"replays {word} as {meaning}: {outcome}"


def parcel_values(scenario: Scenario, scan: CourierScan, moment: datetime) -> Values:
    """Return the values of the parcel that *scan* is about, for the templates of a courier."""
    return {
        "order_id": scenario.order.order_id,
        "number": scenario.new_order.number,
        "tracking": f"TRK-{scenario.order.order_id}{scan.parcel}",
        "parcels": scan.parcels,
        "time": moment.isoformat().replace("+00:00", "Z"),
        "unix_ms": str(int(moment.timestamp() * 1000)),
    }


def _description(courier: Courier, scan: CourierScan) -> str:
    word = courier.word(scan.event, unknown=scan.unknown)
    event = scan.event.removeprefix(FAMILY)
    meaning = "" if scan.unknown or word in {scan.event, event} else f" = {event}"
    signature = "" if scan.signature == "valid" else f", {scan.signature}"
    return f"{word}{meaning} {scan.parcel}".strip() + signature


def _text_and_style(event: str, reply: Reply) -> tuple[str, str]:
    return f"{event} → {reply.status} {reply.outcome}", STYLES.get(reply.outcome, "bold red")
