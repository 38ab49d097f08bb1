"""What `HealthQueries` promises, over both databases."""

import pytest

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from tests.support.integrity import assert_integrity
from worker.domain.errors import StoreUnavailable
from worker.domain.events import EventName, EventResult
from worker.domain.instants import DAY, HOUR, SECOND
from worker.domain.overview.figures import Backlog, BacklogKind, FarAhead, Refusals, UnknownWords
from worker.domain.reasons import QuarantineReason, RefusalReason, StopReason, WaitReason
from worker.domain.refusals import Refusal, RefusalCount, unknown_path
from worker.domain.results import Done, Later, Step, Stopped
from worker.domain.stages import Stage
from worker.store.queries.health import HealthQueries
from worker.store.queries.integrity import IntegrityQueries
from worker.store.refusals import SqlRefusals


def backlogs(harness: Harness) -> set[Backlog]:
    return set(HealthQueries(harness.database).health(HOUR).backlogs)


def test_everything_that_waits_is_in_a_backlog_with_the_age_of_the_oldest(harness: Harness, clock: Clock):
    harness.one_in_each_state()
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    clock.advance(seconds=5)
    assert backlogs(harness) == {
        Backlog(BacklogKind.STOPPED, "refused", 1, START),
        Backlog(BacklogKind.HELD, "held: credentials", 1, START),
        Backlog(BacklogKind.DUE, "", 1, START),
        Backlog(BacklogKind.PENDING, "", 4, START),
        Backlog(BacklogKind.PENDING, "settle", 1, START),
        Backlog(BacklogKind.QUARANTINED, "not_json", 1, START, "courier"),
    }


def test_orders_of_which_something_happened_far_in_the_future_are_named(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1))
    clock.advance(days=3)
    harness.accept(order=order_key(2))
    queries = HealthQueries(harness.database)
    assert queries.health(HOUR).far_ahead is None
    clock.advance(days=-3)
    assert queries.health(HOUR).far_ahead == FarAhead(1, (order_key(2),))


def test_a_lease_that_ended_without_a_result_and_a_write_without_an_answer_are_backlogs(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1))
    leased = harness.lease(order_key(1))
    announced = harness.order_store.announce(leased, Step(Stage.SHIPPED, START), {"status": "shipped"}, 30_000_000)
    assert announced is not None
    lease = Backlog(BacklogKind.LEASE, "", 1, START + 30_000_000)
    clock.advance(seconds=31)
    assert {lease, Backlog(BacklogKind.UNCERTAIN, "", 1, START)} <= backlogs(harness)


def test_a_quarantined_delivery_that_was_replayed_is_in_no_backlog(harness: Harness):
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    harness.intake.replay(1, a_delivery(unusable=QuarantineReason.NOT_JSON))
    assert backlogs(harness) == set()


def test_a_delivery_whose_replay_ended_with_another_word_is_in_the_backlog_again(harness: Harness):
    unknown = QuarantineReason.UNKNOWN_EVENT
    harness.intake.write(a_delivery(unusable=unknown, detail="NEW1"))
    harness.intake.replay(1, a_delivery(unusable=unknown, detail="NEW2"))
    assert backlogs(harness) == {Backlog(BacklogKind.QUARANTINED, "unknown_event", 1, START, "courier")}
    assert HealthQueries(harness.database).health(HOUR).unknown_words == (
        UnknownWords("courier", 1, START, (("NEW2", 1),)),
    )


def test_quarantined_deliveries_are_counted_by_source_and_reason(harness: Harness, clock: Clock):
    for source, reason in (("oto", "not_json"), ("oto", "no_order"), ("bosta", "no_order"), ("oto", "no_order")):
        harness.intake.write(
            a_delivery(unusable=QuarantineReason(reason), source=source, received_at=clock.advance(seconds=1))
        )
    assert backlogs(harness) == {
        Backlog(BacklogKind.QUARANTINED, "not_json", 1, START + SECOND, "oto"),
        Backlog(BacklogKind.QUARANTINED, "no_order", 2, START + 2 * SECOND, "oto"),
        Backlog(BacklogKind.QUARANTINED, "no_order", 1, START + 3 * SECOND, "bosta"),
    }


def test_refused_requests_are_known_by_source_with_what_was_good_of_it(harness: Harness, clock: Clock):
    bad = RefusalReason.BAD_SIGNATURE
    refused = {Refusal(source, "", bad): 2 for source in ("awalchat", "bosta", "oto", "quiet")}
    SqlRefusals(harness.database).add({**refused, unknown_path("/webhooks/x"): 1})
    harness.intake.add_counts({("awalchat", "ignored"): 7, ("oto", "refused"): 12, ("quiet", "stale"): 1})
    harness.intake.write(a_delivery(an_event(source="bosta"), source="bosta"))
    clock.advance(seconds=1)
    harness.intake.write(a_delivery(keep_once="bosta/1", source="bosta", received_at=clock.now))
    counts = {source: (RefusalCount(source, "", bad, 2, START),) for source in ("awalchat", "bosta", "oto", "quiet")}
    assert HealthQueries(harness.database).health(HOUR).refusals == (
        Refusals("", (RefusalCount("", "/webhooks/x", "unknown_path", 1, START),), is_all=True),
        Refusals("awalchat", counts["awalchat"]),
        Refusals("bosta", counts["bosta"], START),
        Refusals("oto", counts["oto"], is_all=True),
        Refusals("quiet", counts["quiet"], is_all=True),
    )


def test_the_last_delivery_of_any_source_is_known(harness: Harness, clock: Clock):
    queries = HealthQueries(harness.database)
    assert queries.health(HOUR).last_stored_at is None
    for source in ("oto", "bosta"):
        harness.intake.write(a_delivery(an_event(source=source), source=source, received_at=clock.advance(seconds=1)))
    assert queries.health(HOUR).last_stored_at == START + 2 * SECOND


def test_the_details_of_stopped_orders_are_counted_without_the_names_of_calls(harness: Harness):
    refused, gave_up = StopReason.REFUSED, StopReason.GAVE_UP
    closed, full = "HTTP 422, validation_failed, Branch is closed", "HTTP 422, The list is full"
    for number, (reason, detail) in enumerate(
        [(refused, full), *[(refused, f"{closed}, request req-{n}") for n in range(3)], (gave_up, "HTTP 500")]
    ):
        harness.accept(order=order_key(number + 1))
        harness.finish(order_key(number + 1), Stopped(reason, detail), EventResult.STOPPED)
    stopped = {
        backlog.reason: backlog.details
        for backlog in HealthQueries(harness.database).health(HOUR).backlogs
        if backlog.kind is BacklogKind.STOPPED
    }
    assert stopped == {refused: ((closed, 3), (full, 1)), gave_up: (("HTTP 500", 1),)}


def test_unknown_words_are_counted_by_source_and_the_most_frequent_come_first(harness: Harness, clock: Clock):
    words = [("oto", "b"), ("oto", "a"), ("bosta", "47 | X"), ("oto", "a"), ("oto", "c"), ("oto", "a"), ("oto", "b")]
    for source, word in words:
        harness.intake.write(
            a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, source=source, detail=word, received_at=clock.now)
        )
        clock.advance(seconds=1)
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, source="oto", detail="a"))
    harness.intake.replay(5, a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, source="oto", detail="c"))
    assert HealthQueries(harness.database).health(HOUR).unknown_words == (
        UnknownWords("bosta", 1, START + 2 * SECOND, (("47 | X", 1),)),
        UnknownWords("oto", 5, START, (("a", 3), ("b", 2))),
    )
    for n in range(20):
        harness.intake.write(a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, source="oto", detail=f"new {n}"))
    oto = HealthQueries(harness.database).health(HOUR).unknown_words[1]
    assert (oto.count, len(oto.words), oto.words[0]) == (25, 10, ("a", 3))


def test_events_that_wait_in_a_dry_run_are_a_backlog_of_their_own(harness: Harness, clock: Clock):
    for number, reason in enumerate((WaitReason.DRY_RUN, WaitReason.DRY_RUN, WaitReason.SETTLE), 1):
        harness.accept(order=order_key(number))
        harness.finish(order_key(number), Later(harness.clock() + HOUR, reason), stage=Stage.ACCEPTED)
    in_dry_run = Backlog(BacklogKind.PENDING, "main: dry_run", 2, START)
    other = Backlog(BacklogKind.PENDING, "settle", 1, START)
    assert backlogs(harness) == {in_dry_run, other}
    clock.advance(hours=1)
    assert Backlog(BacklogKind.DUE, "", 3, START + HOUR) in backlogs(harness), "the orders are no longer reconciled"


def test_an_event_that_waits_for_a_second_parcel_is_in_no_backlog(harness: Harness):
    harness.accept(EventName.DELIVERED, order=order_key(1), tracking="A", parcels=2)
    harness.finish(order_key(1), Done(), stage=Stage.SHIPPED, seen_revision=1)
    assert backlogs(harness) == set()
    assert_integrity(harness.database)


@pytest.mark.parametrize("reason", [WaitReason.PARCELS, WaitReason.COMPLETE_AFTER])
def test_an_event_of_an_order_that_waits_for_what_is_to_come_is_in_no_backlog(
    harness: Harness, clock: Clock, reason: WaitReason
):
    harness.accept(EventName.DELIVERED, order=order_key(1), tracking="A", parcels=2)
    harness.finish(order_key(1), Later(START + 14 * DAY, reason), stage=Stage.SHIPPED, seen_revision=1)
    clock.advance(hours=2)
    assert backlogs(harness) == set()
    clock.advance(hours=24 * 14)
    assert backlogs(harness) == {Backlog(BacklogKind.DUE, "", 1, START + 14 * DAY)}, "nobody takes it"


def test_backlogs_of_orders_name_those_that_have_waited_longest(harness: Harness, clock: Clock):
    for number in range(7, 0, -1):
        harness.accept(order=order_key(number), key=f"a{number}")
        harness.accept(order=order_key(number), key=f"b{number}")
        clock.advance(seconds=1)
    harness.finish(order_key(2), Stopped(StopReason.REFUSED, ""), EventResult.STOPPED)
    named = {backlog.kind: backlog.some for backlog in backlogs(harness)}
    assert named == {
        BacklogKind.STOPPED: (order_key(2),),
        BacklogKind.DUE: tuple(map(order_key, (7, 6, 5, 4, 3))),
        BacklogKind.PENDING: tuple(map(order_key, (7, 6, 5, 4, 3))),
    }


def test_health_says_whether_the_tables_agree(harness: Harness):
    harness.one_in_each_state()
    harness.change(order_key(1), event_count=7)
    integrity = HealthQueries(harness.database).health(HOUR).integrity
    assert integrity
    assert {name: count for name, count in integrity.discrepancies.items() if count} == {"event_count": 1}


def test_the_rest_is_known_when_the_tables_are_too_large_to_be_compared(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    def check(*_: object) -> None:
        raise StoreUnavailable("the database does not answer: statement timeout")

    monkeypatch.setattr(IntegrityQueries, "check_recent", check)
    harness.one_in_each_state()
    health = HealthQueries(harness.database).health(HOUR)
    assert (health.integrity, len(health.backlogs)) == (None, 5)


def test_our_own_connections_are_durable(harness: Harness):
    assert HealthQueries(harness.database).unsafe_modes() == {}


def test_a_mode_in_which_a_commit_may_be_lost_is_reported(harness: Harness):
    with harness.database.engine.connect() as connection:
        if harness.database.is_sqlite:
            connection.connection.cursor().execute("PRAGMA synchronous = OFF")
            unsafe = {"synchronous": "0"}
        else:
            connection.exec_driver_sql("SET SESSION synchronous_commit = off")
            connection.commit()
            unsafe = {"synchronous_commit": "off"}
    # The pool returns the same connection again.
    assert HealthQueries(harness.database).unsafe_modes() == unsafe
