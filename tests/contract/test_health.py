import pytest
from sqlalchemy import insert, update

from tests.support.clock import START, Clock
from tests.support.news import a_delivery, a_hint
from tests.support.shop import Shop, key
from worker.domain.events import EventName, EventResult
from worker.domain.figures import Backlog
from worker.domain.instants import HOUR
from worker.domain.results import Done, Later, Step
from worker.domain.stages import Stage
from worker.store.queries.health import HealthQueries
from worker.store.tables import deliveries, events


def backlogs(shop: Shop) -> set[Backlog]:
    return set(HealthQueries(shop.database).health(HOUR).backlogs)


def test_everything_that_waits_is_on_its_pile_with_the_age_of_the_oldest(shop: Shop, clock: Clock):
    shop.one_in_each_state()
    shop.intake.write(a_delivery(unusable="not_json"))
    clock.advance(seconds=5)
    assert backlogs(shop) == {
        Backlog("stopped", "refused", 1, START),
        Backlog("held", "held: credentials", 1, START),
        Backlog("due", "", 1, START),
        Backlog("pending", "", 5, START),
        Backlog("quarantined", "not_json", 1, START),
    }


def test_a_turn_that_died_and_a_write_without_an_answer_are_seen(shop: Shop, clock: Clock):
    shop.news(key(1))
    leased = shop.leased(key(1))
    announced = shop.order_store.announce(leased, Step(Stage.SHIPPED, START), {"status": "shipped"}, 30_000_000)
    assert announced is not None
    clock.advance(seconds=31)
    assert {Backlog("lease", "", 1, START + 30_000_000), Backlog("uncertain", "", 1, START)} <= backlogs(shop)


def test_a_quarantined_delivery_that_somebody_has_looked_at_is_on_no_pile(shop: Shop):
    shop.intake.write(a_delivery(unusable="not_json"))
    shop.intake.replay(1, a_delivery(unusable="not_json"))
    assert backlogs(shop) == set()


def test_news_that_waits_in_a_dry_run_is_a_pile_of_its_own(shop: Shop, clock: Clock):
    for number, reason in ((1, "dry_run"), (2, "dry_run"), (3, "settle")):
        shop.news(key(number))
        shop.result(key(number), Later(shop.clock() + HOUR, reason), stage=Stage.ACCEPTED)
    assert backlogs(shop) == {Backlog("pending", "dry_run", 2, START), Backlog("pending", "", 1, START)}
    clock.advance(hours=1)
    assert Backlog("due", "", 3, START + HOUR) in backlogs(shop), "nobody looks at them any more"


def test_news_that_waits_for_a_second_parcel_is_no_pile_but_its_order_is_looked_at(shop: Shop):
    shop.news(key(1), EventName.DELIVERED, tracking="A", parcels=2)
    shop.result(key(1), Done(), stage=Stage.SHIPPED, seen_revision=1)
    health = HealthQueries(shop.database).health(HOUR)
    assert health.backlogs == ()
    assert [snapshot.order.key for snapshot in health.orphaned] == [key(1)]
    assert len(health.orphaned[0].events) == 1


@pytest.mark.parametrize(
    "columns", [{"revision": 9}, {"unread": True}, {"sending": "shipped", "sent_at": START}, {"stage": "delivered"}]
)
def test_an_order_that_nobody_is_to_look_at_although_something_is_open_is_found(shop: Shop, columns):
    shop.news(key(1))
    shop.result(key(1), Done(), EventResult.APPLIED, stage=Stage.SHIPPED)
    assert HealthQueries(shop.database).health(HOUR).orphaned == ()
    shop.change(key(1), **columns)
    assert [found.order.key for found in HealthQueries(shop.database).health(HOUR).orphaned] == [key(1)]
    shop.change(key(1), due=START + HOUR)
    assert HealthQueries(shop.database).health(HOUR).orphaned == ()


def test_the_sums_agree_and_a_fault_in_them_is_found(shop: Shop):
    shop.one_in_each_state()
    shop.intake.write(a_delivery(a_hint(order=key(1))))
    assert not any(HealthQueries(shop.database).health(HOUR).discrepancies.values())
    with shop.database.write() as connection:
        lost = {"source": "courier", "received_at": START, "outcome": "accepted"}
        connection.execute(insert(deliveries), [lost, {**lost, "outcome": "eaten"}])
        connection.execute(update(events).where(events.c.id == 1).values(result="gone"))
    found = HealthQueries(shop.database).health(HOUR).discrepancies
    assert {name: count for name, count in found.items() if count} == {
        "deliveries without an outcome that we know": 1,
        "accepted deliveries without an event": 1,
        "events without an end that we know": 1,
    }


def test_a_delivery_whose_events_were_pruned_is_no_fault(shop: Shop, clock: Clock):
    with shop.database.write() as connection:
        connection.execute(insert(deliveries).values(source="courier", received_at=START, outcome="accepted"))
    clock.advance(hours=1, seconds=1)
    assert not any(HealthQueries(shop.database).health(HOUR).discrepancies.values())


def test_our_own_connections_are_durable(shop: Shop):
    assert HealthQueries(shop.database).unsafe_modes() == {}


def test_a_database_that_may_forget_is_found_out(shop: Shop):
    with shop.database.engine.connect() as connection:
        if shop.database.is_sqlite:
            connection.connection.cursor().execute("PRAGMA synchronous = OFF")
            found = {"synchronous": "0"}
        else:
            connection.exec_driver_sql("SET SESSION synchronous_commit = off")
            connection.commit()
            found = {"synchronous_commit": "off"}
    # The pool hands the very same connection out again.
    assert HealthQueries(shop.database).unsafe_modes() == found
