"""What a delivery in a courier's own format costs the receiver, compared with one in the open format.

Both name a new order by its number, so that they differ only in how they are authenticated and read.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from tests.benchmarks import installations
from tests.benchmarks.figures import Goal, Rounds, compare
from tests.benchmarks.load import PATH, Plan
from tests.benchmarks.requests import run as send
from tests.benchmarks.resources import cpu_seconds
from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.samples import Courier
from tests.support.couriers.settings import sources_of
from tests.support.installation import SECRETS
from tests.support.programs import Program

ROUNDS, DELIVERIES = 9, 400
GOAL = Goal("≤", 1.3)
FIELDS: Mapping[str, tuple[str, str, str]] = {
    "ninjavan": ("Arrived at Origin Hub", "shipper_order_ref_no", "tracking_id"),
    "oto": ("pickedUp", "orderId", "trackingNumber"),
    "bosta": ("21", "businessReference", "trackingNumber"),
    "kiriminaja": ("shipped_packages", "order_id", "awb"),
}
"""For each courier: a word that means that the parcel moves, and the fields of order number and tracking number."""

_numbers = count(1)


def run() -> Iterator[str]:
    """Measure on SQLite, where a delivery costs least beside the reading."""
    couriers = [courier for courier in COURIERS if courier.profile in FIELDS]
    with installations.installation(**sources_of(couriers)) as installation:
        receiver = installations.receiver(installation).start()
        formats = [_Format("open format", PATH, _open_format)]
        formats += [_Format(c.profile, f"/webhooks/{c.profile}", _in_format_of(c)) for c in couriers]
        for _ in range(ROUNDS + 1):
            for its_format in formats:
                its_format.measure(receiver, installation.port)
    base, *others = [Rounds(each.name, each.costs[1:]) for each in formats]  # the first round is the warm-up
    for costs in others:
        yield compare("ms of processor time a delivery, SQLite", costs, base, GOAL)


_Request = tuple[Mapping[str, str], str]
"""The headers and the body."""


@dataclass(frozen=True, slots=True)
class _Format:
    """One format, and the milliseconds of processor time for each of its deliveries, by round."""

    name: str
    path: str
    make: Callable[[int], _Request]
    costs: list[float] = field(default_factory=list)

    def measure(self, receiver: Program, port: int) -> None:
        """Measure one round."""
        requests = [self.make(number) for number in islice(_numbers, DELIVERIES)]
        headers, bodies = [headers for headers, _ in requests], [body for _, body in requests]
        plan = Plan(port, SECRETS["courier"], bodies, path=self.path, headers=headers if any(headers) else ())
        before = cpu_seconds(receiver)
        responses = send(plan)
        if responses.refused:
            raise AssertionError(f"{self.name}: {responses.refused} were not accepted")
        self.costs.append(1000 * (cpu_seconds(receiver) - before) / len(responses.all))


def _open_format(number: int) -> _Request:
    data = {"order_number": f"ORD-{number}", "tracking_number": f"TRK-{number}"}
    event = {"id": f"evt-{number}", "event": "shipment.in_transit", "timestamp": _now().isoformat(), "data": data}
    return {}, json.dumps(event)


def _in_format_of(courier: Courier) -> Callable[[int], _Request]:
    word, order, tracking = FIELDS[courier.profile]

    def make(number: int) -> _Request:
        document = courier.document(word, _now(), **{order: f"ORD-{number}", tracking: f"TRK-{number}"})
        sent = courier.sent(document, courier.secrets)
        return sent.headers, sent.body.decode()

    return make


def _now() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)
