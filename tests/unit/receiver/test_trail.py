"""The trail: one line a minute for each source, outcome and address, and never more than a bound."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook_receiver.background.trail import INTERVAL_SECONDS, MAX_LINES, MAX_PEERS, OTHERS, Line, Trail
from webhook_receiver.requests import Sender

FORGER = Sender("courier", "refused", "203.0.113.5")


def refused(number: int, source: str = "courier") -> Sender:
    return Sender(source, "refused", f"198.51.100.{number}")


def test_the_first_request_of_a_sender_is_due_at_once_and_the_next_ones_after_a_minute():
    trail = Trail()
    trail.add(FORGER)
    assert trail.due(0.0) == [Line(FORGER, 1, {})]
    for _ in range(500):
        trail.add(FORGER)
    assert trail.due(1.0) == trail.due(INTERVAL_SECONDS - 0.1) == []
    assert trail.due(INTERVAL_SECONDS) == [Line(FORGER, 500, {})]
    assert trail.due(2 * INTERVAL_SECONDS) == []


def test_at_the_end_nothing_is_left_out():
    trail = Trail()
    trail.add(FORGER)
    trail.due(0.0)
    trail.add(FORGER)
    trail.add(refused(1))
    assert trail.due(1.0, is_last=True) == [Line(FORGER, 1, {}), Line(refused(1), 1, {})]
    assert trail.due(2.0, is_last=True) == []


def test_a_line_about_quarantines_has_their_reasons():
    trail, sender = Trail(), Sender("courier", "quarantined", "203.0.113.5")
    for reason in ("no_order", "not_your_order", "no_order"):
        trail.add(sender, reason)
    assert trail.due(0.0) == [Line(sender, 3, {"no_order": 2, "not_your_order": 1})]
    trail.add(sender, "no_key")
    assert trail.due(INTERVAL_SECONDS) == [Line(sender, 1, {"no_key": 1})]


def test_beyond_the_bound_the_addresses_of_a_source_have_one_line_together():
    trail = Trail()
    for number in range(3 * MAX_PEERS):
        trail.add(refused(number))
    lines = trail.due(0.0)
    assert len(lines) == MAX_PEERS + 1
    assert lines[-1] == Line(Sender("courier", "refused", OTHERS), 2 * MAX_PEERS, {})


def test_a_flood_of_one_kind_leaves_room_for_the_others():
    trail = Trail()
    for number in range(3 * MAX_PEERS):
        trail.add(Sender("", "unknown_source", f"2001:db8::{number:x}"))
    trail.add(FORGER)
    assert Line(FORGER, 1, {}) in trail.due(0.0)


def test_a_sender_that_is_gone_for_a_minute_makes_room_for_another():
    trail = Trail()
    for number in range(MAX_PEERS):
        trail.add(refused(number))
    trail.due(0.0)
    trail.due(INTERVAL_SECONDS)
    trail.add(FORGER)
    assert trail.due(INTERVAL_SECONDS + 1) == [Line(FORGER, 1, {})]


@pytest.mark.parametrize("sources", [1, 40])
def test_the_lines_of_a_minute_are_bounded_whatever_comes(sources: int):
    trail, lines, requests = Trail(), list[Line](), 0
    for second in range(int(INTERVAL_SECONDS)):
        for number in range(100):
            trail.add(refused(100 * second + number, source=f"s{number % sources}"))
            requests += 1
        lines += trail.due(float(second))
    last = trail.due(INTERVAL_SECONDS, is_last=True)
    assert max(len(lines), len(last)) <= MAX_LINES + sources
    assert sum(line.requests for line in lines + last) == requests


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2 * MAX_PEERS), st.sampled_from(["", "no_order"]), st.floats(0, 90))
)


@given(STEPS)
def test_every_request_is_in_exactly_one_line_and_no_sender_has_two_lines_in_a_minute(
    steps: list[tuple[int, int, str, float]],
):
    trail, now, sent, counted = Trail(), 0.0, Counter[str](), Counter[str]()
    said_at: dict[Sender, float] = {}
    for source, number, reason, pause in steps:
        trail.add(refused(number, source=f"s{source}"), reason)
        sent[f"s{source}"] += 1
        now += pause
        for line in trail.due(now):
            assert now - said_at.get(line.sender, float("-inf")) >= INTERVAL_SECONDS
            said_at[line.sender] = now
            counted[line.sender.source] += line.requests
    for line in trail.due(now + 1, is_last=True):
        counted[line.sender.source] += line.requests
    assert counted == sent
