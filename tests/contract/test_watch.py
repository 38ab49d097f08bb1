"""What is watched is read as it was written: the last scans, and when each source was heard of."""

from tests.support.clock import START
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.overview.silence import BURST, Burst
from worker.domain.reasons import Finding
from worker.ports import Found, ScanResult
from worker.store.queries.counts import CountQueries
from worker.store.queries.watch import WatchQueries
from worker.store.scans import SqlScans


def hear_of(harness: Harness, source: str, *instants: int) -> None:
    for at in instants:
        harness.intake.write(a_delivery(an_event(source=source, at=at), source=source, received_at=at))


def test_the_last_scan_is_kept_with_the_last_complete_one(harness: Harness):
    scans, queries = SqlScans(harness.database), WatchQueries(harness.database)
    assert queries.watch({}, ()).scans == {}
    started_at = harness.clock()
    harness.clock.advance(seconds=3)
    found = {Finding.NEW: Found(120, (order_key(1),))}
    scans.finish(ScanResult("main", started_at, 7, 500, found, ("the list of pending changed",), complete=True))
    last = queries.watch({}, ()).scans["main"]
    assert (last.started_at, last.complete_at, last.lasted) == (started_at, started_at, 3 * SECOND)
    assert (last.pages, last.listed, last.found, last.is_complete) == (7, 500, {"new": 120}, True)
    assert last.problem == "the list of pending changed"
    later = harness.clock.advance(minutes=5)
    scans.finish(ScanResult("main", later, problems=("one", "two")))
    last = queries.watch({}, ()).scans["main"]
    assert (last.started_at, last.complete_at, last.is_complete) == (later, started_at, False)
    assert (last.problem, last.found) == ("one; two", {})


def test_a_source_is_known_by_its_bursts_of_two_weeks(harness: Harness):
    first = START // BURST * BURST  # a burst begins there
    harness.clock.now = first + 20 * DAY
    old = first + 5 * DAY
    hear_of(harness, "courier", old, first + 7 * DAY, first + 7 * DAY + MINUTE, first + 19 * DAY)
    hear_of(harness, "another", first + 20 * DAY)
    watch = WatchQueries(harness.database).watch({}, ["courier", "silent"])
    (activity,) = watch.sources  # nothing is known of a source that was never heard of
    assert (activity.source, activity.last_at) == ("courier", first + 19 * DAY)
    seven, nineteen = first + 7 * DAY, first + 19 * DAY
    assert [*activity.bursts] == [Burst(seven, seven + MINUTE, 2), Burst(nineteen, nineteen, 1)]
    now, activities = WatchQueries(harness.database).activities(["courier"])
    assert (now, activities) == (harness.clock(), [activity])


def test_the_metrics_have_what_is_watched(harness: Harness):
    hear_of(harness, "courier", START, START + HOUR)
    SqlScans(harness.database).finish(ScanResult("main", harness.clock(), complete=True))
    figures = CountQueries(harness.database).figures()
    assert (figures.now, figures.last_deliveries) == (harness.clock(), {"courier": START + HOUR})
    assert [*figures.scans] == ["main"]
