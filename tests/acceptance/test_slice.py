"""A signed webhook moves an order until the platform itself confirms it: with every real process in between."""

import time
from collections.abc import Callable
from signal import SIGTERM

import pytest

from tests.support.courier import event_document, hint_document
from tests.support.installation import CELERY, FULFILLMENT, Installation
from tests.support.programs import until

STAGES = ["accepted", "shipped", "delivered", "completed"]


@pytest.fixture(scope="module")
def pairs(build: Callable[..., Installation], empty_postgresql: str) -> Installation:
    """A house on PostgreSQL with two receiver processes and two workers, one of them by Celery's own command."""
    installation = build(empty_postgresql)
    installation.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], installation.answers)
    plain = installation.add_worker("plain_celery", *CELERY, "worker")
    return installation.open(
        installation.platform, installation.valkey, installation.programs["receivers"], installation.worker, plain
    )


@pytest.fixture(params=["installation", "pairs"])
def any_house(request: pytest.FixtureRequest) -> Installation:
    installation: Installation = request.getfixturevalue(request.param)
    return installation


def requested(installation: Installation, order_id: int) -> list[str]:
    return [move["to"] for move in installation.sandbox.report()["transitions"] if move["order_id"] == order_id]


def test_a_delivered_parcel_takes_its_order_to_the_end_of_the_road(any_house):
    any_house.sandbox.order(1)
    answer = any_house.courier.post(event_document("evt_1", "shipment.delivered", 1))
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    until(lambda: any_house.sandbox.seen(1)["status"] == "completed")
    assert requested(any_house, 1) == STAGES
    assert any_house.sandbox.seen(1)["payment_status"] == "paid"
    until(any_house.at_rest)
    (row,) = any_house.rows("SELECT place, closed FROM orders WHERE order_id = '1'")
    assert row == {"stage": "completed", "closed": "completed"}


def test_a_paid_order_is_accepted_at_the_platforms_hint_and_an_unpaid_one_is_not(any_house):
    any_house.sandbox.order(2)
    any_house.sandbox.order(3, payment_status="unpaid")
    assert [any_house.shop.post(hint_document(n, "order.created")).status_code for n in (2, 3)] == [202, 202]
    until(lambda: any_house.sandbox.seen(2)["status"] == "accepted")
    until(any_house.at_rest)
    assert (requested(any_house, 2), requested(any_house, 3)) == (["accepted"], [])
    assert any_house.sandbox.seen(2)["payment_status"] == "paid"


def test_many_orders_walk_at_once_through_all_processes(any_house):
    orders = range(100, 130)
    for order_id in orders:
        any_house.sandbox.order(order_id)
    answers = [any_house.courier.post(event_document(f"evt_{n}", "shipment.delivered", n)) for n in orders]
    assert {answer.status_code for answer in answers} == {202}
    until(lambda: all(any_house.sandbox.seen(n)["status"] == "completed" for n in orders))
    until(any_house.at_rest)
    totals = any_house.sandbox.totals()
    assert (totals["illegal"], totals["repeat"], totals["unpaid_by_default"]) == (0, 0, 0)


def test_the_plain_celery_command_is_a_worker_like_ours(pairs):
    assert all('"turn_ended"' in pairs.programs[name].said for name in ("worker", "plain_celery"))
    pairs.programs["plain_celery"].send(SIGTERM)
    assert pairs.programs["plain_celery"].event_results() == 0


def test_a_task_that_is_called_by_hand_moves_a_due_order(installation):
    installation.sandbox.order(5, payment_status="unpaid")
    installation.shop.post(hint_document(5))
    until(installation.at_rest)
    installation.sandbox("PATCH", "/orders/5", {"payment_status": "paid"})
    # Due, and nudged just now: no tick looks at it again for 15 s.
    now = time.time_ns() // 1000
    installation.rows("UPDATE orders SET due = :now, nudged_at = :now WHERE order_id = '5'", now=now)
    called = installation.run("call", "fulfillment.advance", '--args=["main","5"]', program=CELERY)
    assert called.returncode == 0, called.stderr
    until(lambda: installation.sandbox.seen(5)["status"] == "accepted", within=8)
