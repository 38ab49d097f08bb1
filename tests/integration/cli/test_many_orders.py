"""One command acts on many orders: a preview, a question, a result for each, and what has changed is left alone."""

import getpass
import time

import click
import pytest

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.integrity import assert_integrity
from worker.cli import confirmation
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.domain.results import Later, Stopped
from worker.domain.stages import Stage
from worker.store.database.clocks import machine_now
from worker.store.queries import choices

RELEASE = ("orders", "release", "--stop", "refused", "--reason", "corrected")


def stop(
    harness: Harness,
    *numbers: int,
    reason: StopReason = StopReason.REFUSED,
    detail: str = "HTTP 422",
    account: str = "main",
) -> None:
    """Stop orders at accepted, each with an event that says shipped."""
    for number in numbers:
        key = order_key(number, account)
        harness.accept(EventName.PICKED_UP, order=key)
        columns = {"stage": Stage.ACCEPTED, "status": "accepted", "read_at": harness.clock()}
        harness.finish(key, Stopped(reason, detail), EventResult.STOPPED, **columns)


def wait(harness: Harness, number: int, reason: WaitReason = WaitReason.API_UNAVAILABLE) -> None:
    harness.accept(EventName.PICKED_UP, order=order_key(number))
    later = Later(harness.clock() + HOUR, reason, "HTTP 503", firm=True)
    harness.finish(order_key(number), later, stage=Stage.ACCEPTED, status="accepted", read_at=harness.clock())


def set_clock(harness: Harness, hours_ago: int = 0) -> None:
    """Set the clock of the test by that of the commands."""
    harness.clock.now = machine_now() - hours_ago * HOUR


def states(harness: Harness) -> dict[str, str]:
    set_clock(harness)
    return {str(key): str(harness.snapshot(key).state) for key in harness.order_keys()}


def answer(monkeypatch: pytest.MonkeyPatch, act) -> list[str]:
    """Let a person at a terminal answer each question by *act*, and return the questions."""
    questions: list[str] = []

    def confirm(question: str, *, err: bool) -> bool:
        questions.append(question)
        return bool(act())

    monkeypatch.setattr(confirmation, "is_terminal", lambda _: True)
    monkeypatch.setattr(click, "confirm", confirm)
    return questions


def test_a_preview_says_of_each_order_why_it_stopped_since_when_and_what_follows(
    fulfillment: Commands, harness: Harness
):
    set_clock(harness, hours_ago=2)
    stop(harness, 1)
    set_clock(harness)
    stop(harness, 2, reason=StopReason.MOVED_BACK)
    before = states(harness)
    lines = fulfillment("orders", "release", "--older-than", "0s", "--dry-run").out.splitlines()
    assert lines[0].startswith("main/1  refused  since 2 h ago  planned  the platform is read, then asked for shipped")
    assert lines[1].startswith("main/2  moved_back  since ")
    assert lines[1].endswith("planned  the platform is read, and the rest depends on what it shows")
    assert lines[2] == "2 orders would be released: moved_back 1, refused 1."
    close = fulfillment("orders", "close", "--stop", "refused", "--dry-run", "--json")
    (document,) = close.documents
    names = (document["account"], document["order"], document["order_key"])
    assert (*names, document["reason"], document["result"]) == ("main", "1", "main/1", "refused", "planned")
    assert document["since"].endswith("Z")
    assert document["detail"].startswith("nothing more is sent; only newer news that needs a person opens it again")
    assert states(harness) == before


def test_only_a_preview_needs_no_reason(fulfillment: Commands, harness: Harness):
    stop(harness, 1)
    before = states(harness)
    for command in (("release",), ("close",)):
        for chosen in (("1",), ("--stop", "refused", "--yes")):
            assert fulfillment("orders", *command, *chosen, "--dry-run").code == 0
            result = fulfillment("orders", *command, *chosen)
            assert (result.code, "Missing option '--reason'. Only --dry-run needs none." in result.err) == (2, True)
    assert states(harness) == before


@pytest.mark.parametrize("reason", ["…", "...", " … ", ".", "<why>"])
@pytest.mark.parametrize("command", [("retry",), ("release",), ("close",), ("advance", "--to", "shipped")])
def test_a_reason_that_was_pasted_as_it_is_printed_is_refused(
    fulfillment: Commands, harness: Harness, command: tuple[str, ...], reason: str
):
    stop(harness, 1)
    before = states(harness)
    act, *options = command
    result = fulfillment("orders", act, "1", *options, "--reason", reason)
    assert (result.code, "is no reason: say why, in one sentence" in result.err) == (2, True)
    assert states(harness) == before


@pytest.mark.parametrize(("option", "word"), [("--stop", "gave_up"), ("--waiting", "api_unavailable")])
@pytest.mark.parametrize("order", [("1",), ()])
def test_a_word_that_does_not_exist_is_refused_with_those_that_do(
    fulfillment: Commands, harness: Harness, order: tuple[str, ...], option: str, word: str
):
    stop(harness, 1)
    result = fulfillment("orders", "retry", *(order if option == "--stop" else ()), option, "bogus")
    assert (result.code, f"{option} is none of: " in result.err, word in result.err) == (2, True, True)


def test_a_preview_of_one_order_refuses_what_the_act_would_refuse(fulfillment: Commands, harness: Harness):
    stop(harness, 1)
    wait(harness, 2)
    assert fulfillment("orders", "retry", "2", "--dry-run").out.startswith("main/2  api_unavailable  since ")
    for arguments in (
        ("retry", "1"),
        ("release", "2", "--reason", "x"),
        ("release", "1", "--stop", "conflict", "--reason", "x"),
    ):
        result = fulfillment("orders", *arguments, "--dry-run")
        assert (result.code, result.out, result.err != "") == (2, "", True)
    assert fulfillment("orders", "retry", "1", "--stop", "refused", "--dry-run").code == 0


def test_without_a_terminal_and_without_yes_nothing_is_changed(fulfillment: Commands, harness: Harness):
    stop(harness, 1, 2)
    result = fulfillment(*RELEASE)
    assert (result.code, result.out) == (2, "")
    assert "2 orders are to be released: refused 2." in result.err
    assert "Nobody can answer here, so nothing was changed: add --yes, or --dry-run." in result.err
    assert set(states(harness).values()) == {"stopped"}


def test_twenty_orders_take_less_than_a_second_each_and_each_has_its_audit_entry(
    fulfillment: Commands, harness: Harness
):
    stop(harness, *range(1, 21))
    began = time.monotonic()
    result = fulfillment(*RELEASE, "--yes")
    assert time.monotonic() - began < 20
    assert (result.code, result.out.splitlines()[-1]) == (0, "20 orders were released.")
    assert result.out.count("  done") == 20
    assert set(states(harness).values()) == {"due"}
    detail = f"refused: corrected ({getpass.getuser()})"
    assert [(row["action"], row["detail"]) for row in harness.audit_rows()[20:]] == [("released", detail)] * 20
    assert_integrity(harness.database)


def test_a_person_is_asked_and_may_say_no(fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch):
    stop(harness, 1)
    questions = answer(monkeypatch, lambda: False)
    result = fulfillment("orders", "close", "--stop", "refused", "--reason", "x")
    assert questions == ["1 order is to be closed: refused 1. Go on?"]
    assert (result.code, result.err) == (0, "Nothing was changed.\n")
    assert states(harness) == {"main/1": "stopped"}


def test_an_order_that_changed_after_the_question_is_left_alone_and_named(
    fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    stop(harness, 1, 2, 3, 4)

    def change() -> bool:
        set_clock(harness)
        harness.accept(EventName.RETURNED, order=order_key(1))
        harness.operator_store.release(harness.snapshot(order_key(2)), "x")
        stop(harness, 5)
        return True

    answer(monkeypatch, change)
    result = fulfillment("orders", "close", "--stop", "refused", "--reason", "x")
    assert result.code == 1
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    assert any(
        line.startswith("main/1 refused") and line.endswith("skipped it has changed meanwhile") for line in lines
    )
    assert lines[-1] == "2 orders were closed, 1 skipped, 1 had changed before their turn, and was left alone."
    assert states(harness) == {
        "main/1": "stopped",
        "main/2": "due",
        "main/3": "closed",
        "main/4": "closed",
        "main/5": "stopped",
    }
    assert_integrity(harness.database)


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (("--stop", "refused"), {1, 2, 3}),
        (("--matching", "PHONE number"), {1}),
        (("--matching", "100%"), {3}),
        (("--matching", "_"), {4}),
        (("--matching", "4"), {1, 2, 4}),
        (("--matching", "\\"), set()),
        (("--account", "also"), {4}),
        (("--older-than", "1h"), {1, 2, 3}),
        (("--older-than", "3d"), set()),
        (("--stop", "refused", "--matching", "address", "--account", "main"), {2}),
    ],
)
def test_all_options_of_a_choice_must_hold(fulfillment: Commands, harness: Harness, options, chosen):
    set_clock(harness, hours_ago=2)
    stop(harness, 1, detail="HTTP 422, phone Number missing")
    stop(harness, 2, detail="HTTP 422, address")
    stop(harness, 3, detail="100% wrong")
    set_clock(harness)
    stop(harness, 4, reason=StopReason.GAVE_UP, detail="the last answer was: HTTP 500, a_b", account="also")
    result = fulfillment("orders", "release", *options, "--reason", "x", "--dry-run", "--json")
    assert {int(document["order"]) for document in result.documents} == chosen
    assert result.code == 0
    if not chosen:
        assert result.err == "No order is chosen: nothing is to be done.\n"


def test_orders_that_wait_are_retried_by_choice_and_stopped_ones_only_by_their_stop(
    fulfillment: Commands, harness: Harness
):
    wait(harness, 1)
    wait(harness, 2, WaitReason.SETTLE)
    stop(harness, 3, reason=StopReason.GAVE_UP)
    harness.accept(order=order_key(4))
    assert fulfillment("orders", "retry", "--waiting", "api_unavailable", "--yes").code == 0
    assert states(harness) == {"main/1": "due", "main/2": "waiting", "main/3": "stopped", "main/4": "due"}
    assert harness.audit_rows()[-1]["detail"] == f"retried ({getpass.getuser()})"
    due = harness.row(order_key(4))["due"]
    assert fulfillment("orders", "retry", "--account", "main", "--yes").out.endswith("\n3 orders were retried.\n")
    assert harness.row(order_key(4))["due"] == due, "it keeps its place"
    assert fulfillment("orders", "retry", "--stop", "gave_up", "--yes").code == 0
    assert states(harness)["main/3"] == "due"
    assert harness.row(order_key(3))["acknowledged"] == 0


def test_a_backlog_is_taken_in_pages_and_references_are_in_it(
    fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(choices, "PAGE_SIZE", 2)
    stop(harness, 1, 2, 3)
    number = OrderKey("main", "number:ORD-1")
    harness.accept(EventName.PICKED_UP, order=number)
    harness.finish(number, Stopped(StopReason.UNKNOWN_ORDER, "no order has it"), EventResult.VOID)
    stop(harness, 5)
    harness.holds.hold("main", HoldReason.CREDENTIALS, None)
    preview = fulfillment("orders", "release", "--account", "main", "--reason", "x", "--dry-run").out
    assert "the search for its order starts again; first, the hold of its account must end (credentials)" in preview
    assert fulfillment("orders", "close", "--account", "main", "--reason", "x", "--yes").code == 0
    assert set(states(harness).values()) == {"closed"}
    assert_integrity(harness.database)


def test_an_interruption_leaves_each_order_as_it_was_or_done(
    fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    stop(harness, 1, 2, 3)
    from worker.store.operator import SqlOperatorStore  # noqa: PLC0415 - only here

    release = SqlOperatorStore.release

    def interrupted(self: SqlOperatorStore, seen, reason: str) -> bool:
        if seen.order.key == order_key(3):
            raise KeyboardInterrupt
        return release(self, seen, reason)

    monkeypatch.setattr(SqlOperatorStore, "release", interrupted)
    result = fulfillment(*RELEASE, "--yes", "--json")
    assert (result.code, [document["order"] for document in result.documents]) == (130, ["1", "2"])
    assert states(harness) == {"main/1": "due", "main/2": "due", "main/3": "stopped"}
    monkeypatch.setattr(SqlOperatorStore, "release", release)
    assert fulfillment(*RELEASE, "--yes").out.endswith("\n1 order was released.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("release", "--reason", "x"),
        ("release", "1", "--matching", "x", "--reason", "x"),
        ("release", "--stop", "tired", "--reason", "x"),
        ("release", "--stop", "refused", "--reason", " "),
        ("release", "--stop", "refused"),
        ("retry",),
        ("retry", "--stop", "refused", "--waiting", "settle"),
        ("retry", "--waiting", "refused"),
        ("close", "--matching", "", "--reason", "x"),
        ("close", "--matching", "x" * 201, "--reason", "x"),
        ("close", "--matching", "\udcff", "--reason", "x"),
        ("close", "--account", "nobody", "--reason", "x"),
    ],
)
def test_a_wrong_choice_is_refused(fulfillment: Commands, harness: Harness, arguments: tuple[str, ...]):
    stop(harness, 1)
    result = fulfillment("orders", *arguments, "--yes")
    assert (result.code, result.out, result.err != "") == (2, "", True)
    assert states(harness) == {"main/1": "stopped"}
