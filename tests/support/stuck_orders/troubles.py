"""How an order gets stuck, and is helped on: acts of people, couriers and platforms."""

from collections.abc import Callable
from typing import Any

from tests.support.courier import event_document
from tests.support.stuck_orders.installation import TIGHT, StuckInstallation

Act = Callable[[StuckInstallation], object]


def nothing(_: StuckInstallation) -> None:
    """The advice asks for nothing but its command."""


def sends(event: str, order_id: int | str | None, account: str = "main", **data: object) -> Act:
    """Let the courier of *account* report something."""

    def send(installation: StuckInstallation) -> None:
        key = f"{event}-{order_id}-{data}"
        answer = installation.couriers[account].post(event_document(key, f"shipment.{event}", order_id, **data))
        assert answer.status_code == 202, answer.text

    return send


def fails(
    order_id: int,
    kind: str = "status",
    method: str = "PUT",
    account: str = "main",
    times: int | None = None,
    **fields: Any,
) -> Act:
    """Let calls about the order fail, *times* times; None: until the faults are lifted."""
    match = {"method": method, "order_id": order_id}
    return lambda installation: installation.sandboxes[account].fault(kind, match=match, times=times, **fields)


def each(*acts: Act) -> Act:
    def act_in_sequence(installation: StuckInstallation) -> None:
        for act in acts:
            act(installation)

    return act_in_sequence


def shows(order_id: int, account: str = "main", **fields: object) -> Act:
    return lambda installation: installation.shows(order_id, account, **fields)


def knows(order_id: int) -> Act:
    return lambda installation: installation.knows(order_id)


def settles(order_id: int) -> Act:
    return lambda installation: installation.settles(order_id)


def changes(order_id: int, **fields: object) -> Act:
    """Let a person change the order at the platform, which says so."""

    def change(installation: StuckInstallation) -> None:
        installation.sandbox("PATCH", f"/orders/{order_id}", fields)
        installation.hint(order_id)

    return change


def shown(order_id: int | str, status: str, account: str = "main") -> Act:
    return lambda installation: installation.sandboxes[account].seen(order_id)["status"] == status


def closed(order_id: int) -> Act:
    return lambda installation: installation.order(order_id)["closed_by_operator"]


def has_no_budget(installation: StuckInstallation) -> None:
    """Let all writes of an account fail, until an order waits for its budget."""
    installation.sandboxes[TIGHT].fault("status", match={"method": "PUT"}, times=None, code=503)
    for number in range(1, 6):
        each(shows(number, TIGHT), sends("picked_up", number, TIGHT))(installation)


def late_courier(installation: StuckInstallation) -> None:
    installation.knows(16)
    document = event_document("late", "shipment.picked_up", 16)
    assert installation.latebox.post(document).status_code == 401


def late_courier_repeats(installation: StuckInstallation) -> None:
    document = event_document("late", "shipment.picked_up", 16)
    assert installation.latebox.post(document).status_code == 202
