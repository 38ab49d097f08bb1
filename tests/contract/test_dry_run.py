"""What waited for `dry_run` is due when a worker starts without it, over both databases."""

import pytest

from tests.support.harness import Harness, order_key
from worker.domain.instants import HOUR
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, WaitReason
from worker.domain.results import Later
from worker.domain.stages import Stage
from worker.store.leases import dry_run
from worker.store.leases.dry_run import end_dry_run


def wait(harness: Harness, number: int, reason: WaitReason = WaitReason.DRY_RUN, account: str = "main") -> None:
    """Let an order wait for an hour."""
    key = order_key(number, account)
    harness.accept(order=key)
    harness.finish(key, Later(harness.clock() + HOUR, reason, "a detail"), stage=Stage.ACCEPTED)


def due_now(harness: Harness) -> set[str]:
    return {str(key) for key in harness.order_keys() if harness.row(key)["due"] == harness.clock()}


def test_orders_of_accounts_without_dry_run_that_wait_for_it_are_due_and_no_others(harness: Harness):
    wait(harness, 1)
    wait(harness, 2, WaitReason.SETTLE)
    wait(harness, 3, account="dry")
    wait(harness, 4)
    harness.change(order_key(4), stop="refused", stopped_at=harness.clock())
    harness.clock.advance(minutes=1)
    assert end_dry_run(harness.database, []) == 0
    assert end_dry_run(harness.database, ["main", "also"]) == 1
    assert due_now(harness) == {"main/1"}
    assert (harness.row(order_key(1))["waiting"], harness.row(order_key(1))["waiting_detail"]) == ("", "")
    assert end_dry_run(harness.database, ["main"]) == 0


def test_a_large_backlog_is_made_due_in_batches(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dry_run, "BATCH_SIZE", 2)
    for number in range(1, 6):
        wait(harness, number)
    assert end_dry_run(harness.database, ["main"]) == 5
    assert len(due_now(harness)) == 5


def test_an_order_that_waited_for_dry_run_takes_its_step_after_the_start_of_a_worker(harness: Harness):
    harness.policy = Policy(accept=Accept.MANUAL, dry_run=True)
    harness.accept("order.accepted")
    harness.run_for(seconds=5)
    assert harness.row()["waiting"] == "dry_run"
    harness.policy = Policy(accept=Accept.MANUAL)
    harness.run_for(seconds=5)
    assert harness.writes() == []
    end_dry_run(harness.database, ["main"])
    harness.run_for(seconds=5)
    assert harness.writes() == [("accepted", "confirmed")]
