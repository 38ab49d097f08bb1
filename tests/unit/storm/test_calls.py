"""The checker of the storm notices what it is for: wrong writes, repeated effects, and calls at the same time."""

from itertools import count
from typing import Any

import pytest

from tests.storm.calls import overlapping, refused_by_limit, repeated_effects, unjustified_writes
from tests.storm.journeys import MAIN, SECOND

_numbers = count(1)


def a_call(method: str, status: str | None = None, shown: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a call of 10 ms; each begins a second after the one before."""
    number = next(_numbers)
    began = number * 1_000_000
    values = {"number": number, "method": method, "status": status, "shown": shown or status, "code": 200}
    written = {"status": status} if status else {}
    times = {"started_at": began, "ended_at": began + 10_000}
    return {**values, **times, "fields": written, "fault": None, "order_id": "1", **fields}


def get(shown: str, **fields: Any) -> dict[str, Any]:
    return a_call("GET", shown=shown, **fields)


def put(status: str, **fields: Any) -> dict[str, Any]:
    return a_call("PUT", status, **fields)


GOOD = [get("pending"), put("accepted"), put("shipped"), put("delivered"), put("completed")]
LOST = {"code": None, "fault": "lose_answer"}


def test_one_step_after_another_is_good():
    assert (unjustified_writes(MAIN, GOOD), repeated_effects(GOOD), overlapping(GOOD)) == ([], [], [])


def test_a_step_may_be_repeated_after_an_uncertain_one():
    calls = [get("pending"), put("accepted", **LOST), get("pending"), put("accepted"), put("shipped")]
    assert (unjustified_writes(MAIN, calls), repeated_effects(calls)) == ([], [])


@pytest.mark.parametrize(
    "calls",
    [
        [put("accepted")],
        [get("pending"), put("shipped")],
        [get("shipped"), put("accepted")],
        [get("cancelled"), put("accepted")],
        [get("pending", code=500), put("accepted")],
        [get("pending", ended_at=10**15), put("accepted")],
        [get("pending", fault="body"), put("accepted")],
        [get("pending"), put("accepted", **LOST), put("shipped")],
    ],
    ids=["unread", "skips", "goes back", "cancelled", "failed read", "late read", "spoilt read", "uncertain step"],
)
def test_a_write_that_no_answer_justified_is_found(calls):
    assert unjustified_writes(MAIN, calls) == [calls[-1]]


def test_a_step_after_its_confirmation_is_found():
    calls = [*GOOD, put("delivered")]
    assert repeated_effects(calls) == [calls[-1]]


def test_the_completion_of_a_delivered_order_is_a_step_of_its_own_at_the_second_platform():
    completion = put("delivered", fields={"metadata": {"fulfillment": {"stage": "completed"}}})
    calls = [get("paid"), put("processing"), put("shipped"), put("delivered"), completion]
    assert (unjustified_writes(SECOND, calls), repeated_effects(calls)) == ([], [])


def test_a_write_that_the_platform_did_not_look_at_is_not_judged():
    assert unjustified_writes(MAIN, [put("shipped", fields={}, code=401)]) == []


def test_two_calls_at_a_time_are_found_unless_the_client_of_the_first_had_given_up():
    first = get("pending")
    began = first["started_at"]
    assert overlapping([first, get("pending", started_at=began + 5_000)])
    hanging = {**first, "ended_at": began + 60_000_000}
    assert overlapping([hanging, get("pending", started_at=began + 1_000_000)])
    assert overlapping([hanging, get("pending", started_at=began + 2_100_000)]) == []


def test_only_the_limit_itself_counts_as_a_limit():
    assert refused_by_limit([get("pending", code=429), get("pending", code=429, fault="status")]) == 1
