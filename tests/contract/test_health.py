import pytest
from sqlalchemy import insert, update

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, a_hint
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName, EventResult
from worker.domain.figures import Backlog
from worker.domain.instants import HOUR
from worker.domain.results import Done, Later, Step
from worker.domain.stages import Stage
from worker.store.queries.health import HealthQueries
from worker.store.tables import deliveries, events


def backlogs(harness: Harness) -> set[Backlog]:
    return set(HealthQueries(harness.database).health(HOUR).backlogs)


def test_everything_that_waits_is_on_its_pile_with_the_age_of_the_oldest(harness: Harness, clock: Clock):
    harness.one_in_each_state()
    harness.intake.write(a_delivery(unusable="not_json"))
    clock.advance(seconds=5)
    assert backlogs(harness) == {
        Backlog("stopped", "refused", 1, START),
        Backlog("held", "held: credentials", 1, START),
        Backlog("due", "", 1, START),
        Backlog("pending", "", 5, START),
        Backlog("quarantined", "not_json", 1, START),
    }


def test_a_turn_that_died_and_a_write_without_an_answer_are_seen(harness: Harness, clock: Clock):
    harness.receive(order=order_key(1))
    leased = harness.lease(order_key(1))
    announced = harness.order_store.announce(leased, Step(Stage.SHIPPED, START), {"status": "shipped"}, 30_000_000)
    assert announced is not None
    clock.advance(seconds=31)
    assert {Backlog("lease", "", 1, START + 30_000_000), Backlog("uncertain", "", 1, START)} <= backlogs(harness)


def test_a_quarantined_delivery_that_somebody_has_looked_at_is_on_no_pile(harness: Harness):
    harness.intake.write(a_delivery(unusable="not_json"))
    harness.intake.replay(1, a_delivery(unusable="not_json"))
    assert backlogs(harness) == set()


def test_news_that_waits_in_a_dry_run_is_a_pile_of_its_own(harness: Harness, clock: Clock):
    for number, reason in ((1, "dry_run"), (2, "dry_run"), (3, "settle")):
        harness.receive(order=order_key(number))
        harness.finish(order_key(number), Later(harness.clock() + HOUR, reason), stage=Stage.ACCEPTED)
    assert backlogs(harness) == {Backlog("pending", "dry_run", 2, START), Backlog("pending", "", 1, START)}
    clock.advance(hours=1)
    assert Backlog("due", "", 3, START + HOUR) in backlogs(harness), "nobody looks at them any more"


def test_news_that_waits_for_a_second_parcel_is_no_pile_but_its_order_is_looked_at(harness: Harness):
    harness.receive(EventName.DELIVERED, order=order_key(1), tracking="A", parcels=2)
    harness.finish(order_key(1), Done(), stage=Stage.SHIPPED, seen_revision=1)
    health = HealthQueries(harness.database).health(HOUR)
    assert health.backlogs == ()
    assert [snapshot.order.key for snapshot in health.orphaned] == [order_key(1)]
    assert len(health.orphaned[0].events) == 1


@pytest.mark.parametrize(
    "columns", [{"revision": 9}, {"unread": True}, {"sending": "shipped", "sent_at": START}, {"stage": "delivered"}]
)
def test_an_order_that_nobody_is_to_look_at_although_something_is_open_is_found(harness: Harness, columns):
    harness.receive(order=order_key(1))
    harness.finish(order_key(1), Done(), EventResult.APPLIED, stage=Stage.SHIPPED)
    assert HealthQueries(harness.database).health(HOUR).orphaned == ()
    harness.change(order_key(1), **columns)
    assert [found.order.key for found in HealthQueries(harness.database).health(HOUR).orphaned] == [order_key(1)]
    harness.change(order_key(1), due=START + HOUR)
    assert HealthQueries(harness.database).health(HOUR).orphaned == ()


def test_the_sums_agree_and_a_fault_in_them_is_found(harness: Harness):
    harness.one_in_each_state()
    harness.intake.write(a_delivery(a_hint(order=order_key(1))))
    assert not any(HealthQueries(harness.database).health(HOUR).discrepancies.values())
    with harness.database.write() as connection:
        lost = {"source": "courier", "received_at": START, "outcome": "accepted"}
        connection.execute(insert(deliveries), [lost, {**lost, "outcome": "eaten"}])
        connection.execute(update(events).where(events.c.id == 1).values(result="gone"))
    found = HealthQueries(harness.database).health(HOUR).discrepancies
    assert {name: count for name, count in found.items() if count} == {
        "deliveries without an outcome that we know": 1,
        "accepted deliveries without an event": 1,
        "events without an end that we know": 1,
    }


def test_a_delivery_whose_events_were_pruned_is_no_fault(harness: Harness, clock: Clock):
    with harness.database.write() as connection:
        connection.execute(insert(deliveries).values(source="courier", received_at=START, outcome="accepted"))
    clock.advance(hours=1, seconds=1)
    assert not any(HealthQueries(harness.database).health(HOUR).discrepancies.values())


def test_our_own_connections_are_durable(harness: Harness):
    assert HealthQueries(harness.database).unsafe_modes() == {}


def test_a_database_that_may_forget_is_found_out(harness: Harness):
    with harness.database.engine.connect() as connection:
        if harness.database.is_sqlite:
            connection.connection.cursor().execute("PRAGMA synchronous = OFF")
            found = {"synchronous": "0"}
        else:
            connection.exec_driver_sql("SET SESSION synchronous_commit = off")
            connection.commit()
            found = {"synchronous_commit": "off"}
    # The pool hands the very same connection out again.
    assert HealthQueries(harness.database).unsafe_modes() == found
