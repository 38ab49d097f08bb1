"""A person at a terminal is asked before many orders are changed, and sees each result and how far the command is."""

import signal

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.programs import until
from tests.support.terminal import Terminal, terminal
from worker.domain.events import EventName, EventResult
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped
from worker.domain.stages import Stage
from worker.store.database.clocks import machine_now

CLOSE = ("orders", "close", "--stop", "refused", "--reason", "x")


def stop(harness: Harness, *numbers: int) -> None:
    harness.clock.now = machine_now()
    for number in numbers:
        harness.accept(EventName.PICKED_UP, order=order_key(number))
        harness.finish(order_key(number), Stopped(StopReason.REFUSED, "why"), EventResult.STOPPED, stage=Stage.ACCEPTED)


def test_a_person_is_asked_and_sees_the_result_of_each_order_and_a_bar(fulfillment: Commands, harness: Harness):
    stop(harness, 1, 2, 3)
    with terminal(*CLOSE, columns=100) as shown:
        await_question(shown)
        assert "3 orders are to be closed: refused 3." in shown.seen()
        assert {str(harness.snapshot(order_key(n)).state) for n in (1, 2, 3)} == {"stopped"}, (
            "nothing before the answer"
        )
        shown.type("y\n")
        assert shown.process.wait(60) == 0
        page = shown.seen()
    for number in (1, 2, 3):
        assert f"main/{number}  refused" in page
    assert "Close" in page
    assert "3 orders were closed." in page
    assert {str(harness.snapshot(order_key(n)).state) for n in (1, 2, 3)} == {"closed"}


def await_question(shown: Terminal) -> None:
    until(lambda: "Go on? [y/N]:" in shown.seen(), what="the question")


def test_the_answer_no_changes_nothing(fulfillment: Commands, harness: Harness):
    stop(harness, 1)
    with terminal(*CLOSE, columns=100) as shown:
        await_question(shown)
        shown.type("n\n")
        assert shown.process.wait(60) == 0
        assert "Nothing was changed." in shown.seen()
    assert str(harness.snapshot(order_key(1)).state) == "stopped"


def test_ctrl_c_at_the_question_changes_nothing(fulfillment: Commands, harness: Harness):
    stop(harness, 1)
    with terminal(*CLOSE, columns=100) as shown:
        await_question(shown)
        shown.process.send_signal(signal.SIGINT)
        assert shown.process.wait(60) == 130
    assert str(harness.snapshot(order_key(1)).state) == "stopped"
