"""Sources and workers: what can be told a courier, what is silent or refused, and a source's new name."""

from collections.abc import Iterator

import pytest

from tests.support.console_user import ConsoleUser, fields_of, shown
from tests.support.events import a_delivery
from tests.support.good_settings import COURIER, SECRET
from tests.support.harness import Harness, order_key
from tests.support.programs import until
from worker.console.access.users import Role
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import HOUR
from worker.domain.reasons import QuarantineReason
from worker.store.database.database import Database
from worker.store.workers import SqlWorkers

WHY = {"reason": "the courier has a new name"}


def test_sources_show_their_trust_and_when_they_were_heard_of(harness: Harness, operator: ConsoleUser):
    page = shown(operator.get("/sources"))
    assert "courier courier main signed any never" in page
    harness.accept(order=order_key(1))
    harness.clock.advance(minutes=3)
    page = until(lambda: page if "3 min ago" in (page := shown(operator.get("/sources"))) else "", what="the delivery")
    assert "silent" not in page


def test_a_silent_source_says_what_to_look_at(harness: Harness, operator: ConsoleUser):
    for number in range(30):
        harness.accept(order=order_key(number))
        harness.clock.advance(minutes=1)
    harness.clock.advance(hours=30)
    until(lambda: "silent" in shown(operator.get("/sources")), what="the silence")
    assert "the longest gap of the last two weeks was 1 min" in shown(operator.get("/sources/courier"))


def test_a_source_says_what_to_tell_its_courier_and_no_secret(operator: ConsoleUser):
    page = operator.get("/sources/courier")
    assert "https://YOUR-HOST/webhooks/courier" in page
    assert "header X-Awal-Signature-256" in page
    assert "1 secret set" in page
    assert SECRET not in page
    assert "whsec_of_the_courier_of_these_tests" not in page


def test_a_source_shows_its_quarantine_by_reason(harness: Harness, operator: ConsoleUser):
    for _ in range(2):
        harness.intake.write(a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, received_at=harness.clock()))
    page = until(
        lambda: page if "unknown_event" in (page := operator.get("/sources/courier")) else "", what="the quarantine"
    )
    assert "2 deliveries quarantined for unknown_event" in shown(page)


def test_a_source_that_does_not_exist_has_no_page(operator: ConsoleUser):
    operator.get("/sources/nobody", 404)
    operator.get("/sources/nobody/rename", 404)


@pytest.fixture
def of_courier(database: Database) -> Iterator[ConsoleUser]:
    """An operator of a console whose source reports shipments only, so that it can carry orders."""
    user = ConsoleUser(database, Role.OPERATOR, **{f"{COURIER}ALLOW": "shipment"})
    yield user
    user.parts.close()


def test_the_orders_of_a_former_name_are_given_to_its_new_name_once(harness: Harness, of_courier: ConsoleUser):
    harness.accept(order=order_key(1))
    harness.change(order_key(1), carrier="oldname", carrier_by="oldname")
    page = of_courier.get("/sources/courier/rename")
    assert "oldname: 1 open order" in page
    form = {**fields_of(page), "before": "oldname", **WHY}
    answer = shown(of_courier.post("/sources/courier/rename", form))
    assert "1 order or reference of oldname belongs to courier now." in answer
    assert harness.snapshot(order_key(1)).order.carrier == "courier"
    assert harness.snapshot(order_key(1)).audit_log[-1].detail.endswith("(olga)")
    assert "nothing was changed" in shown(of_courier.post("/sources/courier/rename", form, 409))


@pytest.mark.parametrize(
    "fields", [{"before": "courier", **WHY}, {"before": "old\x00name", **WHY}, {"before": "oldname"}, {**WHY}]
)
def test_a_new_name_needs_a_former_one_and_a_reason(harness: Harness, of_courier: ConsoleUser, fields: dict[str, str]):
    harness.accept(order=order_key(1))
    harness.change(order_key(1), carrier="oldname")
    of_courier.post("/sources/courier/rename", fields, 409)
    assert harness.snapshot(order_key(1)).order.carrier == "oldname"


def test_a_source_that_carries_no_orders_has_had_no_other_name(operator: ConsoleUser):
    assert "another name before" not in shown(operator.get("/sources/courier"))
    operator.get("/sources/courier/rename", 404)


def test_a_viewer_gives_nothing_to_a_new_name(viewer: ConsoleUser):
    assert "another name before" not in shown(viewer.get("/sources/courier"))
    viewer.get("/sources/courier/rename", 403)
    viewer.post("/sources/courier/rename", {"before": "oldname", **WHY}, 403)


def test_workers_show_whether_they_run_and_look_for_due_orders(harness: Harness, viewer: ConsoleUser):
    store = SqlWorkers(harness.database)
    store.beat(WorkerProcess("old", "attic", 3, "0.9", ("main",), harness.clock()), None)
    harness.clock.advance(minutes=2)
    store.beat(WorkerProcess("new", "box", 7, "1.0", ("main",), harness.clock()), 0)
    page = shown(viewer.get("/workers"))
    assert "attic:3 does not run 0.9 main" in page
    assert "box:7 runs 1.0 main" in page
    assert "not yet" in page


def test_without_workers_the_page_says_how_to_start_one(viewer: ConsoleUser):
    assert "No worker has been seen lately. Start one: fulfillment worker" in shown(viewer.get("/workers"))


def test_a_worker_that_does_nothing_is_said_as_doctor_says_it(harness: Harness, viewer: ConsoleUser):
    SqlWorkers(harness.database).beat(WorkerProcess("idle", "box", 7, "1.0", ("main",), harness.clock() - HOUR), HOUR)
    assert "The worker box:7 runs, but has not looked for due orders for 1 h." in shown(viewer.get("/workers"))
