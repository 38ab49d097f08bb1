"""What an operator is told of an order that is known by a reference only."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.snapshots import AT_ONCE, explained, snapshot, text
from tests.support.stories import news
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.snapshot import AuditEntry, Snapshot
from worker.operations.explain.explanation import explain


def sought(reference: str = "number:ORD-1", **row: Any) -> Snapshot:
    """An order that is looked for, with a word of its shipping."""
    order = {"stage": None, "status": "", "read_at": None, **row.pop("order", {})}
    seen = snapshot(news("shipment.picked_up", "TRK1"), order=order, **row)
    key = OrderKey("main", reference)
    return replace(seen, row=replace(seen.row, order=replace(seen.row.order, key=key)))


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("number:ORD-1", "known only by its number ORD-1, since 2026-01-25 11:00:00 UTC (1 h ago)."),
        ("tracking:TRK1", "known only by its parcel's tracking number TRK1, since"),
    ],
)
def test_an_order_that_is_looked_for_says_by_what(reference, sentence):
    told = explained(sought(reference, due=START))
    assert sentence in told
    assert "The platform has not been searched for it yet." in told
    assert "the one order that has exactly this number" in told
    assert "says shipped" in told
    assert "has not been asked" not in told
    assert "Nothing was ever written" not in told


def test_a_search_in_vain_says_how_often_since_when_and_until_when():
    failing = {"failures": 3, "failing_since": START - MINUTE, "missing_since": START - MINUTE, "read_at": START}
    waits: dict[str, Any] = {"due": START + MINUTE, "not_before": START + MINUTE, "waiting": "unknown_order"}
    told = explained(sought(order=failing, waiting_detail="no order has the number ORD-1", **waits))
    assert "last searched for it on 2026-01-25 12:00:00 UTC (just now)" in told
    assert "3 searches in a row have been in vain since 2026-01-25 11:59:00 UTC (1 min ago)." in told
    assert "the first search after 2026-01-25 12:59:00 UTC is the last one" in told
    assert "unknown_order, no order has the number ORD-1." in told
    assert "1 search has been in vain" in explained(sought(order=failing | {"failures": 1}, **waits))


def test_a_search_that_newer_news_will_prolong_does_not_say_that_it_ends():
    failing = {"failures": 3, "failing_since": START, "missing_since": START, "revision": 2, "seen_revision": 1}
    told = explained(sought(order=failing, due=START + MINUTE))
    assert "an hour begins there" in told
    assert "is the last one" not in told


def test_an_outage_during_a_search_has_no_hour():
    failing = {"failures": 3, "failing_since": START - MINUTE, "read_at": START}
    assert "is the last one" not in explained(sought(order=failing, due=START))


def test_a_search_that_has_stopped_says_what_begins_it_anew():
    stopped = sought("number:A b", stop="ambiguous_order", stop_detail="several", stopped_at=START)
    explanation = explain(stopped, AT_ONCE)
    assert (explanation.reason, explanation.needs_person, explanation.stage) == ("ambiguous_order", True, None)
    told = text(explanation)
    assert "newer news of it begins the search anew" in told
    assert "fulfillment orders release 'main/number:A b' --reason" in told


def test_a_dismissed_search_says_so_and_why_and_what_begins_it_anew():
    said = AuditEntry(START - MINUTE, "dismissed", "unknown_order: no parcel of ours (ann)")
    dismissed = replace(sought(due=None), audit_log=(said,))
    explanation = explain(dismissed, AT_ONCE)
    assert (explanation.state, explanation.reason, explanation.needs_person) == ("settled", "", False)
    told = text(explanation)
    assert "dismissed it on 2026-01-25 11:59:00 UTC (1 min ago): unknown_order: no parcel of ours (ann)." in told
    assert "Nobody looks for it" in told
    assert "Newer news of it begins the search anew" in told
    assert "where its news puts it" not in told


def test_a_search_that_rests_without_an_operators_word_is_still_reported():
    dismissed, released = AuditEntry(START, "dismissed", "a reason"), AuditEntry(START, "released", "a reason")
    for audit_log in ((), (dismissed, released)):
        assert explain(replace(sought(due=None), audit_log=audit_log), AT_ONCE).reason == "orphaned"
