"""What an operator can do so that an order does not wait for a parcel that cannot be removed or put away."""

from shlex import quote

from worker.domain.overview.snapshot import Snapshot
from worker.domain.stages import Stage, has_reached
from worker.operations.phrases import WHY


def way_on(snapshot: Snapshot) -> str:
    """Return the end of a refusal: the command that is accepted now; empty if the order waits for no parcel."""
    order = snapshot.order
    if order.closed or order.closed_by_operator or (order.stage and has_reached(order.stage, Stage.DELIVERED)):
        return ""
    # A stopped order cannot be advanced.
    act, options = ("close", "") if snapshot.row.stop else ("advance", " --to delivered")
    command = f"fulfillment orders {act} {quote(str(order.key))}{options} --reason {WHY}"
    return f"; if {order.key} should not wait for it: {command}"
