"""The rules for the calls of the service, checked on the call log of a platform's sandbox alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.storm.expected import SECOND_STATUS, STAGES
from tests.storm.journeys import SECOND
from tests.storm.system import CALL_DEADLINE_SECONDS

Call = Mapping[str, Any]
DEADLINE_US = int(CALL_DEADLINE_SECONDS * 1_000_000)
OK = 200


def by_order(calls: Iterable[Call]) -> Mapping[str, Sequence[Call]]:
    """Return the calls about each order, in the sequence of their arrival."""
    grouped = defaultdict(list)
    for call in calls:
        if call["order_id"] is not None:
            grouped[call["order_id"]].append(call)
    return grouped


def is_write(call: Call) -> bool:
    """Tell whether *call* is a write that the platform has looked at; it has not while it refused every call."""
    return call["method"] == "PUT" and bool(call["fields"])


def was_seen(call: Call) -> bool:
    """Tell whether the client got the normal answer: a success, before its deadline, that no fault has replaced."""
    took = call["ended_at"] - call["started_at"] if call["code"] == OK and call["fault"] != "body" else DEADLINE_US
    return bool(took < DEADLINE_US)


def unjustified_writes(account: str, calls: Sequence[Call]) -> list[Call]:
    """Return the writes to one order that are not one step ahead of what the platform had shown the service last."""
    wrong: list[Call] = []
    shown: str | None = None
    for call in calls:
        if is_write(call) and not _is_next_step(account, shown, call):
            wrong.append(call)
        if was_seen(call) and call["shown"] is not None:
            shown = call["shown"]
    return wrong


def repeated_effects(calls: Sequence[Call]) -> list[Call]:
    """Return the writes to one order that ask for a step again although the service got its confirmation."""
    confirmed: set[object] = set()
    repeated: list[Call] = []
    for call in calls:
        if not is_write(call):
            continue
        step = call["status"], _completes(call)
        if step in confirmed:
            repeated.append(call)
        if was_seen(call):
            confirmed.add(step)
    return repeated


def overlapping(calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """Return the calls about one order that began while the client of an earlier one may still have waited for it."""
    return [(one, next_) for one, next_ in pairwise(calls) if next_["started_at"] < _ended_at(one)]


def _ended_at(call: Call) -> int:
    """Return when the client of *call* had an answer, or its deadline. A reset ends a call like an answer."""
    ended_at = call["ended_at"] or call["started_at"]
    return int(min(ended_at, call["started_at"] + DEADLINE_US))


def refused_by_limit(calls: Iterable[Call]) -> int:
    """Count the calls that the platform refused because the account had used up its limit."""
    return sum(call["code"] == 429 and call["fault"] is None for call in calls)


def is_one_stage(account: str, before: str, after: str) -> bool:
    """Tell whether *after* is the stage that follows *before*. Both are statuses of the account's platform."""
    stages = _stage(account, before), _stage(account, after)
    return stages in pairwise(STAGES)


def _is_next_step(account: str, shown: str | None, call: Call) -> bool:
    if shown is None:
        return False
    is_completion_alone = shown == "delivered" and call["status"] in {None, shown} and _completes(call)
    return is_completion_alone or is_one_stage(account, shown, call["status"] or shown)


def _stage(account: str, status: str) -> str:
    return SECOND_STATUS.get(status, status) if account == SECOND else status


def _completes(call: Call) -> bool:
    metadata = call["fields"].get("metadata")
    ours = metadata.get("fulfillment") if isinstance(metadata, dict) else None
    return isinstance(ours, dict) and ours.get("stage") == "completed"
