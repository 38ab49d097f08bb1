"""How `orders explain` prints: three lines, then the evidence; and what its JSON has for programs."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.commands import Commands
from tests.support.events import KEY, a_delivery
from tests.support.harness import Harness, order_key
from worker.application.context import Context
from worker.application.explaining import explanation_of
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import DAY, HOUR, SECOND
from worker.domain.reasons import QuarantineReason, StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage
from worker.operations.explain.answer import Actor
from worker.settings import load_settings
from worker.store.tables import workers
from worker.store.workers import SqlWorkers

NOTHING = "There is nothing to type."
FACTS = "own_cause holds next_probe stopped_before unused"
DOCUMENT = (
    "account order order_key answer commands facts state reason stage target due late needs_person position evidence"
    " plan writes next_steps"
)


def settled(harness: Harness, stage: Stage = Stage.SHIPPED) -> None:
    harness.accept("shipment.picked_up", "TRK1")
    at = harness.clock()
    closed: dict[str, Any] = {"closed": Stage.COMPLETED, "closed_at": at} if stage is Stage.COMPLETED else {}
    harness.finish(KEY, Done(), stage=stage, status=str(stage), read_at=at, staged_at=at, **closed)


@pytest.mark.parametrize(("stage", "state"), [(Stage.SHIPPED, "settled"), (Stage.COMPLETED, "closed")])
def test_a_settled_and_a_closed_order_take_three_lines(
    fulfillment: Commands, harness: Harness, stage: Stage, state: str
):
    settled(harness, stage)
    fulfillment.set({"COLUMNS": "100"})
    lines = fulfillment("orders", "explain", "1").out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"main/1  {state}  ")
    assert lines[2] == NOTHING
    whole = fulfillment("orders", "explain", "1", "--all").out.splitlines()
    assert whole[0] == lines[0]
    assert {"Where it is", "What happens next"} <= {*whole}


def test_a_stopped_order_has_the_evidence_below_the_three_lines(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, "HTTP 422: Branch is closed"))
    fulfillment.set({"COLUMNS": "200"})
    first, why, command, empty, *evidence = fulfillment("orders", "explain", "1").out.splitlines()
    assert first.startswith("main/1  stopped  You act next: it has waited since ")
    assert why.startswith("refused, HTTP 422: Branch is closed. ")
    assert (command, empty) == ("fulfillment orders release main/1 --reason <why>", "")
    assert "Where it is" in evidence


def test_a_narrow_terminal_breaks_lines_and_no_command(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, "HTTP 422"))
    fulfillment.set({"COLUMNS": "30"})
    lines = fulfillment("orders", "explain", "1").out.splitlines()
    command = "fulfillment orders release main/1 --reason <why>"
    assert command in lines
    assert all(len(line) <= 30 for line in lines if "fulfillment" not in line and "`" not in line)
    fulfillment.set({"COLUMNS": "8"})
    assert command in fulfillment("orders", "explain", "1").out.splitlines()


def test_the_keys_of_the_document_are_a_contract(fulfillment: Commands, harness: Harness):
    settled(harness)
    document = fulfillment("orders", "explain", "1", "--json").document
    assert " ".join(document) == DOCUMENT
    assert " ".join(document["facts"]) == FACTS
    assert " ".join(document["answer"]) == "who at since sentence cause why command"


def test_an_order_at_rest_with_a_delivery_that_was_not_used_has_evidence_and_a_command(
    fulfillment: Commands, harness: Harness
):
    settled(harness)
    harness.clock.advance(seconds=1)
    unusable = a_delivery(unusable=QuarantineReason.NO_KEY, named=KEY, received_at=harness.clock())
    delivery = harness.intake.write(unusable).delivery_id
    result = fulfillment("orders", "explain", "1")
    assert f"fulfillment deliveries replay {delivery}\n" in result.out
    assert "What happens next" in result.out
    document = fulfillment("orders", "explain", "1", "--json").document
    assert document["commands"] == [f"fulfillment deliveries replay {delivery}"]
    assert [each["id"] for each in document["facts"]["unused"]] == [delivery]
    assert document["needs_person"] is True


@pytest.mark.parametrize(("age", "advice"), [(-DAY, True), (DAY, False)])
def test_a_settings_file_that_is_younger_than_the_workers_asks_for_their_restart(
    fulfillment: Commands, harness: Harness, tmp_path: Path, age: int, advice: bool
):
    harness.accept(order=order_key(1))
    later = Later(harness.clock() + HOUR, WaitReason.DRY_RUN, "the next step would be accepted")
    harness.finish(order_key(1), later, stage=Stage.PENDING, status="pending", read_at=harness.clock())
    SqlWorkers(harness.database).beat(WorkerProcess("a", "host", 1, "1", ("main",), 0), 0)
    with harness.database.write() as connection:  # however slow this machine is, the worker runs
        connection.execute(update(workers).values(seen_at=harness.clock() + DAY))
    file = tmp_path / "own.toml"
    file.write_text("")
    changed_at = (harness.clock() - age) / SECOND
    os.utime(file, (changed_at, changed_at))
    fulfillment.set({"FULFILLMENT_CONFIG": str(file)})
    why = fulfillment("orders", "explain", "1", "--json").document["answer"]["why"]
    assert ("Restart the workers: they began before the settings were changed." in why) is advice


def test_a_process_that_began_before_the_settings_were_changed_explains_by_todays(
    fulfillment: Commands, harness: Harness, tmp_path: Path
):
    file = tmp_path / "own.toml"
    file.write_text('[accounts.main]\naccept = "paid"\n')
    fulfillment.set({"FULFILLMENT_CONFIG": str(file)})
    harness.accept("shipment.created", "TRK1")
    harness.finish(KEY, Done(), stage=Stage.PENDING, status="pending", read_at=harness.clock())
    context = Context(load_settings(os.environ), harness.database)
    assert explanation_of(context, KEY).answer.who is Actor.CUSTOMER
    file.write_text('[accounts.main]\naccept = "manual"\n')
    later = (harness.clock() + DAY) / SECOND
    os.utime(file, (later, later))
    assert explanation_of(context, KEY).answer.who is Actor.OPERATOR
    file.write_text("[accounts.main]\naccept = 1\n")
    os.utime(file, (later + 1, later + 1))
    assert explanation_of(context, KEY).answer.who is Actor.CUSTOMER
