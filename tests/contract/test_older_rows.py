"""Older rows are counted page by page, and together with the recent ones they are all rows, over both databases."""

import threading
from collections import Counter
from functools import partial

import pytest

from tests.support.harness import Harness, order_key
from tests.support.programs import until
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import HOUR
from worker.domain.overview.figures import Figures
from worker.domain.reasons import Discrepancy, StopReason
from worker.domain.results import Stopped
from worker.store.queries.counts import CountQueries, count_groups
from worker.store.queries.health import HealthQueries
from worker.store.queries.integrity import IntegrityQueries, RecentIntegrity
from worker.store.queries.older_rows import OlderRows
from worker.store.queries.row_ranges import all_rows, recent_rows


@pytest.fixture
def of_many_rows(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Harness:
    """A database most of whose rows are older ones, on several pages."""
    monkeypatch.setattr("worker.store.queries.row_ranges.RECENT", 3)
    monkeypatch.setattr("worker.store.queries.row_ranges.PAGE", 2)
    for number in range(1, 10):
        harness.accept(order=order_key(number))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, ""))
    return harness


def groups(figures: Figures) -> tuple[object, ...]:
    return dict(figures.deliveries), figures.events, figures.orders, figures.writes


def test_the_metrics_count_older_rows_and_recent_ones_once_each(of_many_rows: Harness):
    database = of_many_rows.database
    older = OlderRows(database, partial(count_groups, database))
    queries = CountQueries(database, older=older)
    until(lambda: queries.figures().orders, what="a pass")
    counted = queries.figures()
    assert groups(counted) == groups(CountQueries(database).figures())
    assert sum(counted.orders.values()) == 9
    of_many_rows.accept(order=order_key(10))
    of_many_rows.finish(order_key(9), Stopped(StopReason.REFUSED, ""))
    later = queries.figures()
    assert sum(later.deliveries.values()) == 10, "new rows are counted at once"
    assert sum(count for group, count in later.orders.items() if group.stop) == 2, "and so are stopped orders"
    queries.close()


def test_until_older_rows_are_counted_the_metrics_say_nothing_of_them(of_many_rows: Harness):
    may_count = threading.Event()

    def count_page(rows):
        may_count.wait(60)
        return count_groups(of_many_rows.database, rows)

    queries = CountQueries(of_many_rows.database, older=OlderRows(of_many_rows.database, count_page))
    figures = queries.figures()
    assert groups(figures) == ({}, {}, {}, {})
    assert figures.due == 8, "all else is there"
    may_count.set()
    until(lambda: queries.figures().orders, what="a pass")
    queries.close()


def test_no_thread_runs_while_all_rows_are_recent(harness: Harness):
    harness.accept(order=order_key(1))

    def count_page(rows):
        raise AssertionError("there is no older row")

    older = OlderRows(harness.database, count_page).latest()
    assert older is not None
    assert older.counts == Counter()


def test_a_pass_that_fails_leaves_the_last_counts_and_the_next_request_begins_another(
    of_many_rows: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.store.queries.older_rows.LASTS_SECONDS", 0.0)
    monkeypatch.setattr("worker.store.queries.older_rows.REST_AFTER_PASS", 0)
    answers = iter([StoreUnavailable("statement timeout"), RuntimeError("a defect")])

    def count_page(rows):
        if error := next(answers, None):
            raise error
        return {"row": 1}

    older = OlderRows(of_many_rows.database, count_page)
    latest = until(older.latest, what="a pass without a failure")
    assert latest is not None
    assert latest.counts["row"] == 3, "six older rows, two a page"
    older.close()


@pytest.mark.parametrize("number", [2, 9])
def test_a_discrepancy_is_found_in_older_rows_and_in_recent_ones(of_many_rows: Harness, number: int):
    of_many_rows.change(order_key(number), event_count=7)
    queries = IntegrityQueries(of_many_rows.database)

    def check(choice):
        return queries.check({}, HOUR, choice=choice)

    older = OlderRows(of_many_rows.database, lambda rows: check(lambda _connection: rows).discrepancies)
    integrity = RecentIntegrity(lambda: check(recent_rows), older=older)
    until(older.latest, what="a pass")
    assert integrity.discrepancies()[Discrepancy.EVENT_COUNT] == 1
    everything = queries.check_all({}, HOUR)
    assert (everything.discrepancies[Discrepancy.EVENT_COUNT], everything.is_partial) == (1, False)
    assert sum(everything.deliveries.values()) == 9
    assert everything == check(all_rows)
    integrity.close()


def test_doctor_reads_recent_rows_and_all_open_orders_unless_it_is_told_to_read_all(of_many_rows: Harness):
    of_many_rows.change(order_key(2), event_count=7, due=None, seen_revision=0)
    queries = HealthQueries(of_many_rows.database)
    recent, everything = (queries.health(HOUR, checks_all=checks_all).integrity for checks_all in (False, True))
    assert recent is not None
    assert everything is not None
    assert recent.is_partial
    assert recent.forgotten == everything.forgotten == (order_key(2),)
    found = [integrity.discrepancies[Discrepancy.EVENT_COUNT] for integrity in (recent, everything)]
    assert found == [0, 1]
    assert sum(recent.deliveries.values()) == 3
