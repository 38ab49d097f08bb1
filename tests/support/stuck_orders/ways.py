"""The table of the ways to be stuck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.stuck_orders.installation import KEYLESS, PAUSED, TIGHT
from tests.support.stuck_orders.troubles import (
    Act,
    changes,
    closed,
    each,
    fails,
    has_no_budget,
    knows,
    late_courier,
    late_courier_repeats,
    nothing,
    sends,
    settles,
    shown,
    shows,
)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to be stuck.

    *begins* makes the trouble of the order *key*. `explain` says *who* acts next, names the *cause*, and says *why*.
    The doctor's check *check* has the *words*, by default the cause; without a name, the doctor finds nothing wrong.
    *repaired* is what the advice wants done at the platform or by the courier before the command is typed, beside the
    corrected settings; ORDER in the command is *found*. Then *moved* comes true. *slow*: it takes hours to be stuck so.
    """

    key: str
    begins: Act
    who: str
    cause: str
    moved: Act
    check: str = "stopped orders"
    words: str = ""
    repaired: Act = nothing
    found: str = ""
    why: str = ""
    slow: bool = False


SHIPPED = "shipped"
BRANCH: dict[str, Any] = {"code": 422, "body": {"error": "validation_failed", "details": "Branch is closed"}}

WAYS: Mapping[str, Way] = {
    "401": Way(
        key="keyless/1",
        begins=each(shows(1, KEYLESS), sends("picked_up", 1, KEYLESS)),
        who="operator",
        cause="credentials",
        check="held accounts",
        words="keyless: credentials",
        moved=shown(1, SHIPPED, KEYLESS),
    ),
    "422": Way(
        key="main/2",
        begins=each(shows(2), fails(2, **BRANCH), sends("picked_up", 2)),
        who="operator",
        cause="refused",
        why="Branch is closed",
        words="Branch is closed",
        moved=shown(2, SHIPPED),
    ),
    "404": Way(
        key="main/3",
        begins=sends("picked_up", 3),
        slow=True,
        who="operator",
        cause="unknown_order",
        repaired=shows(3),
        moved=shown(3, SHIPPED),
    ),
    "unknown status": Way(
        key="main/4",
        begins=each(shows(4, status="packed"), sends("picked_up", 4)),
        who="operator",
        cause="unknown_status",
        why="packed",
        moved=lambda installation: installation.order(4)["stop"] is None,
    ),
    "409": Way(
        key="main/5",
        begins=each(shows(5), fails(5, code=409), sends("picked_up", 5)),
        slow=True,
        who="operator",
        cause="conflict",
        moved=shown(5, SHIPPED),
    ),
    "403 for one order": Way(
        key="main/6",
        begins=each(shows(6), fails(6, code=403), sends("picked_up", 6)),
        who="worker",
        cause="unauthorized",
        why="HTTP 403",
        check="pending events",
        words="unauthorized",
        moved=shown(6, SHIPPED),
    ),
    "429": Way(
        key="paused/7",
        begins=each(
            shows(7, PAUSED),
            fails(7, method="GET", account=PAUSED, code=429, retry_after=7200),
            sends("picked_up", 7, PAUSED),
        ),
        who="worker",
        cause="rate_limited",
        check="held accounts",
        words="paused: rate_limited",
        moved=shown(7, SHIPPED, PAUSED),
    ),
    "two parcels": Way(
        key="main/9",
        begins=each(
            shows(9),
            sends("delivered", 9, tracking_number="A9", parcels=2),
            sends("picked_up", 9, tracking_number="B9"),
        ),
        who="courier",
        cause="parcels",
        why="1 of 2 parcels has arrived: A9 has; B9 has not.",
        check="",
        repaired=sends("delivered", 9, tracking_number="B9"),
        moved=shown(9, "completed"),
    ),
    "returned": Way(
        key="main/10",
        begins=each(shows(10), sends("picked_up", 10), settles(10), sends("returned", 10)),
        who="operator",
        cause="shipment_returned",
        moved=closed(10),
    ),
    "cancelled at the shop": Way(
        key="main/11",
        begins=each(knows(11), changes(11, status="cancelled"), settles(11), sends("picked_up", 11)),
        who="operator",
        cause="moving_while_cancelled",
        moved=closed(11),
    ),
    "moved back by hand": Way(
        key="main/12",
        begins=each(shows(12), sends("picked_up", 12), settles(12), changes(12, status="accepted")),
        slow=True,
        who="operator",
        cause="moved_back",
        moved=shown(12, SHIPPED),
    ),
    "number not found": Way(
        key="main/number:N-13",
        begins=sends("picked_up", None, order_number="N-13", tracking_number="TRK13"),
        slow=True,
        who="operator",
        cause="unknown_order",
        repaired=shows(13),
        found="13",
        moved=shown(13, SHIPPED),
    ),
    "number of two orders": Way(
        key="main/number:N-14",
        begins=each(
            shows(14, order_number="N-14"),
            shows(114, order_number="N-14"),
            sends("picked_up", None, order_number="N-14", tracking_number="TRK14"),
        ),
        slow=True,
        who="operator",
        cause="ambiguous_order",
        found="14",
        moved=shown(14, SHIPPED),
    ),
    "courier's events not allowed": Way(
        key="main/15",
        begins=each(knows(15), sends("out_for_delivery", 15)),
        who="operator",
        cause="not_allowed",
        why="`allow` of [sources.courier]",
        check="quarantine",
        words="not_allowed",
        moved=shown(15, SHIPPED),
    ),
    "wrong secret": Way(
        key="main/16",
        begins=late_courier,
        who="courier",
        cause="accepted",
        why="fits no secret",
        check="source latebox, refused",
        words="fits no secret",
        repaired=late_courier_repeats,
        moved=shown(16, SHIPPED),
    ),
    "answer lost": Way(
        key="main/18",
        begins=each(
            shows(18),
            fails(18, "delay", "GET", times=1, seconds=0),  # the first read succeeds, and the others fail
            fails(18, "reset", "GET"),
            fails(18, "lose_answer", times=1),
            sends("picked_up", 18),
        ),
        who="worker",
        cause="api_unavailable",
        check="uncertain writes",
        words="main/18",
        moved=shown(18, SHIPPED),
    ),
    "own budget beside writes that fail": Way(
        key="tight/?",
        begins=has_no_budget,
        who="worker",
        cause="budget",
        check="pending events",
        words="budget",
        moved=lambda installation: shown(installation.out_of_calls, SHIPPED, TIGHT)(installation),
    ),
}
"""The ways, except that of a dead worker, by which all others would be stuck, too."""
