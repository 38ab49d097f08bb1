"""One act on many orders: those that are selected, or all of a filter; each with its own result, and nothing twice."""

import pytest

from tests.support.clock import START, Clock
from tests.support.console_user import ConsoleUser, fields_of, shown
from tests.support.harness import Harness, order_key
from worker.console.acts import bulk
from worker.domain.instants import HOUR
from worker.domain.overview.snapshot import State
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped
from worker.domain.stages import Stage

WHY = {"reason": "the field is optional now", "sure": "1"}
ALL = "/orders/-/many/release?state=stopped&stop=refused"


def stop(harness: Harness, *numbers: int, reason: StopReason = StopReason.REFUSED) -> None:
    for number in numbers:
        harness.accept(order=order_key(number), tracking=f"TRK{number}")
        harness.finish(order_key(number), Stopped(reason, "HTTP 422"), stage=Stage.ACCEPTED)


def states(harness: Harness, *numbers: int) -> list[State]:
    return [harness.snapshot(order_key(number)).state for number in numbers]


def test_selected_orders_are_released_and_the_others_are_not(harness: Harness, operator: ConsoleUser, clock: Clock):
    stop(harness, 1, 2, 3)
    clock.advance(seconds=1)
    path = "/orders/-/many/release?order=main/1&order=main/3"
    preview = shown(operator.get(path))
    assert "Release: 2 orders" in preview
    assert preview.count("The platform is read, then asked for shipped".lower()[4:]) == 2
    page = shown(operator.submit(path, **WHY))
    assert "2 done, 0 skipped" in page
    assert states(harness, 1, 2, 3) == [State.DUE, State.STOPPED, State.DUE]
    assert harness.snapshot(order_key(3)).audit_log[-1].detail == "refused: the field is optional now (olga)"


def test_all_orders_of_a_filter_are_released_in_steps(
    harness: Harness, operator: ConsoleUser, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bulk, "BATCH", 2)
    for number in (1, 2, 3, 4, 5):
        clock.advance(seconds=1)
        stop(harness, number)
    stop(harness, 6, reason=StopReason.CONFLICT)
    clock.advance(seconds=1)
    assert "Release: 5 orders" in shown(operator.get(ALL))
    page = operator.submit(ALL, **WHY)
    assert "2 done, 0 skipped. There are more" in shown(page)
    page = operator.go_on(ALL, page)
    assert "4 done" in shown(page)
    page = operator.go_on(ALL, page)
    assert "5 done, 0 skipped." in shown(page)
    assert "Go on" not in page
    assert states(harness, 1, 2, 3, 4, 5, 6) == [State.DUE] * 5 + [State.STOPPED]


def test_a_form_that_is_sent_twice_acts_once(harness: Harness, operator: ConsoleUser, clock: Clock):
    stop(harness, 1)
    clock.advance(seconds=1)
    fields = {**fields_of(operator.get(ALL)), **WHY}
    clock.advance(seconds=1)
    operator.post(ALL, fields)
    clock.advance(seconds=1)
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, "HTTP 422"), stage=Stage.ACCEPTED)
    assert "0 done, 1 skipped" in shown(operator.post(ALL, fields))
    assert states(harness, 1) == [State.STOPPED]


def test_an_order_that_has_changed_since_the_preview_is_left_alone(
    harness: Harness, operator: ConsoleUser, clock: Clock
):
    stop(harness, 1, 2)
    clock.advance(seconds=1)
    path = "/orders/-/many/close?order=main/1&order=main/2"
    fields = {**fields_of(operator.get(path)), **WHY}
    clock.advance(seconds=1)
    harness.accept("shipment.lost", order=order_key(2), tracking="TRK2")
    page = shown(operator.post(path, fields))
    assert "1 done, 1 skipped" in page
    assert "it has changed meanwhile" in page
    assert states(harness, 1) == [State.CLOSED]


def test_an_order_whose_state_forbids_the_act_is_skipped(harness: Harness, operator: ConsoleUser, clock: Clock):
    stop(harness, 1)
    harness.accept(order=order_key(2))
    clock.advance(seconds=1)
    path = "/orders/-/many/release?order=main/1&order=main/2"
    assert "main/2 is not stopped" in shown(operator.get(path))
    assert "1 done, 1 skipped" in shown(operator.submit(path, **WHY))


def test_waiting_orders_of_a_filter_are_retried(harness: Harness, operator: ConsoleUser, clock: Clock):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Later(START + HOUR, WaitReason.API_UNAVAILABLE), stage=Stage.ACCEPTED)
    clock.advance(seconds=1)
    path = "/orders/-/many/retry?state=waiting&waiting=api_unavailable"
    assert "1 done, 0 skipped" in shown(operator.submit(path, **WHY))
    assert states(harness, 1) == [State.DUE]


def test_nothing_is_done_without_a_choice_a_reason_or_a_confirmation(
    harness: Harness, operator: ConsoleUser, clock: Clock
):
    stop(harness, 1)
    clock.advance(seconds=1)
    for path in ("/orders/-/many/release", "/orders/-/many/close?stage=accepted", "/orders/-/many/close?state=waiting"):
        assert "No order is selected" in shown(operator.get(path, 409))
    fields = fields_of(operator.get(ALL))
    operator.post(ALL, {**fields, "reason": "", "sure": "1"}, 409)
    harness.accept("shipment.delivered", order=order_key(1), tracking="TRK1")
    assert "Nobody can undo that" in shown(operator.get(ALL))
    assert "tick the box" in shown(operator.post(ALL, {**fields, "reason": "no box"}, 409))
    assert states(harness, 1) == [State.STOPPED]


def test_a_viewer_cannot_act_on_many(harness: Harness, viewer: ConsoleUser):
    stop(harness, 1)
    viewer.get(ALL, 403)
    viewer.post(ALL, {"state": "stopped", "seen_at": str(START + HOUR), **WHY}, 403)
    assert states(harness, 1) == [State.STOPPED]
