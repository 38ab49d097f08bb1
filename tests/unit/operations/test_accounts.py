"""What an operator is told about a whole account."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from worker.domain.accounts.probing import ProbeAnswer, ProbeResult
from worker.domain.accounts.workers import SeenWorker, WorkerProcess
from worker.domain.errors import IllegalRequest
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.overview.snapshot import Hold
from worker.domain.reasons import HoldReason
from worker.operations.accounts import (
    hold,
    possible_account_acts,
    preview_hold,
    preview_release,
    probe_sentence,
    release,
    require_hold_as_seen,
)
from worker.operations.phrases import MAX_NOTE

WORKER = SeenWorker(WorkerProcess("w", "box", 7, "", ("main",), START), START)
IDLE = Overview(START, {"main": AccountOrders(total=3)}, workers=(WORKER,))
BUSY = replace(IDLE, orders={"main": AccountOrders(total=3, waiting=1, ready=1, ready_since=START)})


class Holds:
    """The holds of one account, by reason, and what was done to them."""

    def __init__(self, *reasons: HoldReason) -> None:
        self.reasons, self.notes = set(reasons), list[str]()

    def hold_for_operator(self, _account: str, note: str) -> None:
        self.reasons.add(HoldReason.OPERATOR)
        self.notes.append(note)

    def release(self, _account: str, reason: HoldReason, note: str) -> bool:
        was_held = reason in self.reasons
        self.reasons.discard(reason)
        self.notes.append(note)
        return was_held


@pytest.mark.parametrize(
    ("overview", "wait"), [(IDLE, "none of its orders waits now"), (BUSY, "1 order waits with it")]
)
def test_a_hold_says_how_many_orders_wait_and_how_to_lift_it(overview, wait):
    holds = Holds()
    sentence = hold(holds, overview, ["main"], "main", "why (sara)")
    assert sentence == f"main is held until `fulfillment accounts release main --reason <why>`; {wait}."
    assert (holds.reasons, holds.notes) == ({"operator"}, ["why (sara)"])


def test_a_note_has_a_bound_and_no_control_characters():
    holds = Holds()
    hold(holds, IDLE, [], "main", "\x1b" + "x" * 1000)
    assert len(holds.notes[0]) == MAX_NOTE
    assert holds.notes[0].isprintable()


@pytest.mark.parametrize(
    ("overview", "follows"),
    [
        (IDLE, ", and no order of it is due"),
        (BUSY, ": 1 order goes on, at first a few at a time"),
        (replace(BUSY, workers=()), ": 1 order goes on as soon as a worker serves it"),
    ],
)
def test_a_release_says_what_follows(overview, follows):
    sentence = release(Holds(HoldReason.OPERATOR), overview, [], "main", HoldReason.OPERATOR, "why")
    assert sentence == f"main is not held any more{follows}."


def test_a_release_names_the_holds_that_remain():
    held = replace(IDLE, holds=(Hold("main", "operator", START), Hold("main", "outage", START)))
    sentence = release(Holds(HoldReason.OPERATOR), held, [], "main", HoldReason.OPERATOR, "why")
    assert sentence == "The hold for operator is lifted. main is still held for outage."


@pytest.mark.parametrize(
    ("holds", "advice"),
    [((), "it is not held"), ((Hold("main", "outage", START),), "it is held for outage: name it by --hold")],
)
def test_a_release_of_a_hold_that_does_not_exist_names_those_that_do(holds, advice):
    with pytest.raises(IllegalRequest, match=f"main has no hold for operator; {advice}"):
        release(Holds(), replace(IDLE, holds=holds), [], "main", HoldReason.OPERATOR, "why")


def test_a_held_account_without_orders_and_settings_can_be_released():
    overview = Overview(START, holds=(Hold("gone", "operator", START),))
    assert "gone is not held any more" in release(
        Holds(HoldReason.OPERATOR), overview, [], "gone", HoldReason.OPERATOR, "why"
    )


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (ProbeResult.GOOD, "The platform answers, and the credentials are good."),
        (ProbeResult.REFUSED, "The platform refuses the credentials: HTTP 401."),
        (ProbeResult.UNREACHABLE, "The platform gives no usable answer: HTTP 503."),
        (ProbeResult.UNKNOWN, "The answer proves nothing: HTTP 404."),
    ],
)
def test_a_probe_says_what_it_has_shown(result, shown):
    detail = "" if result is ProbeResult.GOOD else shown.rpartition(": ")[2].rstrip(".")
    answer = ProbeAnswer(result, detail)
    assert probe_sentence("main", answer, (), ()) == f"{shown} main is not held."
    lifted = probe_sentence("main", answer, ("credentials", "outage"), ("operator",))
    restart = "If the settings have changed, restart the workers: each has those with which it began."
    assert lifted == f"{shown} The hold for credentials and outage is lifted. {restart} main is held for operator."
    assert restart not in probe_sentence("main", answer, ("outage",), ())


@pytest.mark.parametrize(
    ("overview", "wait"), [(IDLE, "none of its orders waits now"), (BUSY, "1 order waits with it")]
)
def test_before_a_hold_its_preview_says_who_would_wait(overview, wait):
    assert preview_hold(overview, "main") == f"No call is made to its platform any more; {wait}."


def test_before_a_release_its_preview_says_what_the_release_says_afterwards():
    held = replace(BUSY, holds=(Hold("main", "operator", START),))
    after = release(Holds(HoldReason.OPERATOR), held, [], "main", HoldReason.OPERATOR, "why")
    assert preview_release(held, "main", "operator") == after
    twice = replace(BUSY, holds=(*held.holds, Hold("main", "outage", START)))
    assert preview_release(twice, "main", "operator") == "main is still held for outage, so its orders wait on."
    with pytest.raises(IllegalRequest, match="main has no hold for credentials; it is held for operator"):
        preview_release(held, "main", "credentials")


HELD = Hold("main", HoldReason.OPERATOR, START, None, "a holiday")
OUTAGE = Hold("main", HoldReason.OUTAGE, START, None, "")
NEWER_WORD = Hold("main", "a_newer_word", START, None, "")


@pytest.mark.parametrize(
    ("holds", "acts"),
    [
        ((), [("hold", "")]),
        ((OUTAGE,), [("hold", ""), ("release-account", "outage")]),
        ((HELD, OUTAGE), [("release-account", "operator"), ("release-account", "outage")]),
        ((NEWER_WORD,), [("hold", "")]),
    ],
)
def test_an_account_can_be_held_once_and_each_hold_can_be_lifted(holds, acts):
    assert list(possible_account_acts(holds, is_configured=False)) == acts
    assert list(possible_account_acts(holds, is_configured=True)) == [*acts, ("probe", ""), ("scan", "")]


def test_a_hold_that_nobody_has_seen_is_not_lifted():
    held = replace(IDLE, holds=(OUTAGE,))
    require_hold_as_seen(held, "main", "outage", START)
    with pytest.raises(IllegalRequest, match="is a newer one: nothing was changed"):
        require_hold_as_seen(held, "main", "outage", START - 1)
