"""A signed webhook moves an order at the platform, through every real process."""

import time
from collections.abc import Callable
from signal import SIGTERM

import pytest

from tests.support.courier import event_document, hint_document
from tests.support.installation import CELERY, FULFILLMENT, Installation, patient
from tests.support.programs import until

STEPS = ["accepted", "shipped", "delivered", "completed"]


@pytest.fixture(scope="module")
def pairs(build: Callable[..., Installation], empty_postgresql: str) -> Installation:
    """An installation on PostgreSQL with two receiver processes and two workers, one by Celery's own command."""
    installation = build(empty_postgresql, **patient())
    installation.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], installation.answers)
    plain = installation.add_worker("plain_celery", *CELERY, "worker")
    return installation.open(
        installation.platform, installation.valkey, installation.programs["receivers"], installation.worker, plain
    )


@pytest.fixture(params=["installation", "pairs"])
def either(request: pytest.FixtureRequest) -> Installation:
    """Each kind of installation."""
    installation: Installation = request.getfixturevalue(request.param)
    return installation


def steps_of(installation: Installation, order_id: int) -> list[str]:
    return [step["to"] for step in installation.sandbox.report()["transitions"] if step["order_id"] == order_id]


def test_a_delivered_parcel_brings_its_order_to_the_last_stage(either):
    either.sandbox.order(1)
    answer = either.courier.post(event_document("evt_1", "shipment.delivered", 1))
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    until(lambda: either.sandbox.seen(1)["status"] == "completed")
    assert steps_of(either, 1) == STEPS
    assert either.sandbox.seen(1)["payment_status"] == "paid"
    until(either.at_rest)
    (row,) = either.rows("SELECT stage, closed FROM orders WHERE order_id = '1'")
    assert row == {"stage": "completed", "closed": "completed"}


def test_a_hint_of_the_platform_gets_a_paid_order_accepted_and_no_unpaid_one(either):
    either.sandbox.order(2)
    either.sandbox.order(3, payment_status="unpaid")
    assert [either.awalchat.post(hint_document(n, "order.created")).status_code for n in (2, 3)] == [202, 202]
    until(lambda: either.sandbox.seen(2)["status"] == "accepted")
    until(either.at_rest)
    assert (steps_of(either, 2), steps_of(either, 3)) == (["accepted"], [])
    assert either.sandbox.seen(2)["payment_status"] == "paid"


def test_many_orders_are_completed_without_an_illegal_or_repeated_write(either):
    orders = range(100, 130)
    for order_id in orders:
        either.sandbox.order(order_id)
    answers = [either.courier.post(event_document(f"evt_{n}", "shipment.delivered", n)) for n in orders]
    assert {answer.status_code for answer in answers} == {202}
    until(lambda: all(either.sandbox.seen(n)["status"] == "completed" for n in orders))
    until(either.at_rest)
    totals = either.sandbox.totals()
    assert (totals["illegal"], totals["repeat"], totals["unpaid_by_default"]) == (0, 0, 0)


def test_the_plain_celery_command_reconciles_orders_and_ends_after_sigterm(pairs):
    pairs.worker.send(SIGTERM)
    assert pairs.worker.exit_code() == 0
    plain = pairs.programs["plain_celery"]
    pairs.sandbox.order(4)
    assert pairs.courier.post(event_document("evt_4", "shipment.delivered", 4)).is_success
    until(lambda: pairs.sandbox.seen(4)["status"] == "completed")
    until(lambda: '"reconciled"' in plain.log, what="the plain command logs as the other does")
    plain.send(SIGTERM)
    assert plain.exit_code() == 0


def test_a_task_that_is_called_by_hand_moves_a_due_order(installation):
    installation.sandbox.order(5, payment_status="unpaid")
    installation.awalchat.post(hint_document(5))
    until(installation.at_rest)
    installation.sandbox("PATCH", "/orders/5", {"payment_status": "paid"})
    # The order is due and counts as enqueued for an hour, so no scheduler enqueues it.
    now = time.time_ns() // 1000
    later = now + 3_600_000_000
    installation.rows("UPDATE orders SET due = :now, enqueued_at = :later WHERE order_id = '5'", now=now, later=later)
    called = installation.run("call", "fulfillment.reconcile", '--args=["main","5"]', program=CELERY)
    assert called.returncode == 0, called.stderr
    until(lambda: installation.sandbox.seen(5)["status"] == "accepted")
