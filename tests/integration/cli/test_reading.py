"""What the commands print, for people and for programs."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest

from tests.support.commands import CommandResult, Commands
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.errors import Rejected
from worker.domain.events import EventName, EventResult
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.reasons import QuarantineReason, StopReason, WaitReason, WriteOutcome
from worker.domain.results import Later, Step, Stopped
from worker.domain.stages import Stage
from worker.ports import WriteResult
from worker.store.tables import writes

NASTY = "\x1b]0;pwned\x07[bold red]x[/] :smile: \u202egnp.exe"
LONG = OrderKey("main", "9" * 19)


def nasty_order(harness: Harness) -> OrderKey:
    """Make an order with a hostile text in every field that an outsider may fill."""
    event = an_event(
        key=NASTY, order=LONG, name=EventName.DELIVERED, received_at=harness.clock(), note=NASTY, tracking="T" * 64
    )
    harness.intake.write(a_delivery(event, received_at=harness.clock(), body=json.dumps({NASTY: NASTY}).encode()))
    leased = harness.lease(LONG)
    announced = harness.order_store.announce(
        leased, Step(Stage.SHIPPED, harness.clock()), {"status": "shipped", "admin_notes": NASTY}, 30_000_000
    )
    assert announced is not None
    refusal = WriteResult(announced, leased.order, WriteOutcome.FAILED, Rejected(NASTY, 422))
    harness.order_store.record_answer(leased, refusal)
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.UNKNOWN_STATUS, NASTY), {})
    with harness.database.write() as connection:  # a newer version may have written an outcome that we do not know
        connection.execute(writes.update().values(outcome=NASTY))
    return LONG


PAGES = [
    ("orders", "list"),
    ("orders", "show", LONG.order_id),
    ("orders", "explain", LONG.order_id),
    ("deliveries", "list"),
    ("deliveries", "show", "1"),
    ("doctor",),
]


@pytest.mark.parametrize("arguments", PAGES, ids=" ".join)
def test_text_from_outside_is_printed_in_80_columns_without_control_characters(
    fulfillment: Commands, harness: Harness, arguments
):
    nasty_order(harness)
    result = fulfillment(*arguments)
    assert not {c for c in result.out if not c.isprintable() and c != "\n"}
    assert max(map(len, result.out.splitlines())) <= 80
    if arguments[1:2] == ("show",):
        assert "[bold red]x[/]" in result.out.replace("\n", "")


@pytest.mark.parametrize("arguments", PAGES, ids=" ".join)
def test_json_is_ascii_and_parses_line_by_line(fulfillment: Commands, harness: Harness, arguments):
    nasty_order(harness)
    result = fulfillment(*arguments, "--json")
    assert result.out.isascii()
    assert all(isinstance(document, dict) for document in result.documents)
    assert len(result.documents) == 1


def test_the_keys_of_json_documents_are_a_contract(fulfillment: Commands, harness: Harness):
    nasty_order(harness)
    row = (
        "account order order_key number state carrier carrier_by stage staged_at late late_at status closed"
        " closed_by_operator stop stop_detail stopped_at waiting waiting_detail held due lease_until sending failures"
        " read_at confirmed_at first_seen_at updated_at"
    )
    delivery = "id source received_at outcome reason detail replayed_at size peer named order_key event event_count"
    assert " ".join(fulfillment("orders", "list", "--json").documents[0]) == row
    shown = fulfillment("orders", "show", LONG.order_id, "--json").document
    assert " ".join(shown) == f"{row} events writes audit_log"
    assert " ".join(shown["events"][0]) == (
        "id delivery_id source key event occurred_at received_at tracking tracking_url shipment parcels note reference"
        " result result_at"
    )
    assert " ".join(shown["writes"][0]) == "stage inferred fields sent_at answered_at outcome answer lease_token"
    assert " ".join(fulfillment("deliveries", "list", "--json").documents[0]) == delivery
    assert (
        " ".join(fulfillment("deliveries", "show", "1", "--json").document)
        == f"{delivery} headers body events problems"
    )


def test_orders_are_listed_by_state(fulfillment: Commands, harness: Harness):
    keys = harness.one_in_each_state()
    for state in (State.STOPPED, State.DUE, State.HELD, State.WAITING):
        (order,) = fulfillment("orders", "list", f"--{state}", "--json").documents
        assert (order["order"], order["state"]) == (keys[state].order_id, state)
    both = fulfillment("orders", "list", "--stopped", "--held", "--json").documents
    assert {order["state"] for order in both} == {"stopped", "held"}
    assert "These are the latest 2. --limit and --all show more" in fulfillment("orders", "list", "--limit", "2").out


def test_an_order_is_shown_with_everything_that_happened_by_time(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1), tracking="TRK1")
    harness.clock.advance(seconds=1)
    leased = harness.lease(order_key(1))
    step = Step(Stage.ACCEPTED, harness.clock(), inferred=True)
    announced = harness.order_store.announce(leased, step, {"status": "accepted", "payment_status": "paid"}, 30_000_000)
    assert announced is not None
    harness.clock.advance(seconds=1)
    harness.order_store.record_answer(leased, WriteResult(announced, leased.order, WriteOutcome.CONFIRMED))
    harness.clock.advance(seconds=1)
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED, "HTTP 422"), {})
    result = " ".join(fulfillment("orders", "show", "main/1").out.split())
    entries = [
        "event courier: shipment.picked_up TRK1 → pending",
        "write accepted (inferred) with payment_status",
        "answer confirmed",
        "stopped refused: HTTP 422",
    ]
    positions = [result.index(line) for line in entries]
    assert positions == sorted(positions)


def test_an_explanation_is_in_sentences(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1))
    harness.finish(
        order_key(1),
        Later(harness.clock() + 3_600_000_000, WaitReason.API_UNAVAILABLE, "HTTP 500", firm=True),
        stage=Stage.PENDING,
    )
    result = " ".join(fulfillment("orders", "explain", "1").out.split())
    assert "It waits until" in result
    assert "api_unavailable, HTTP 500." in result
    assert "An event does not shorten this wait; `fulfillment orders retry main/1` does." in result


def test_every_command_of_an_explanation_is_a_line_of_its_own(fulfillment: Commands, harness: Harness):
    key = OrderKey("main", f"number:{'7' * 60}")
    harness.accept(order=key)
    harness.finish(key, Stopped(StopReason.REFUSED, "HTTP 422"), EventResult.STOPPED)
    lines = fulfillment("orders", "explain", str(key)).out.splitlines()
    assert f"  fulfillment orders close {key} --reason <why>" in lines
    assert f"  fulfillment orders release {key} --reason <why>" in lines
    assert not [line for line in lines if line.endswith(" ")]


def test_no_command_that_the_doctor_names_is_broken(fulfillment: Commands, harness: Harness):
    key = order_key(1)
    harness.accept(order=key)
    harness.finish(key, Stopped(StopReason.REFUSED, "HTTP 422"), EventResult.STOPPED)
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    out = fulfillment("doctor").out
    assert "`fulfillment orders list --stop refused`" in out
    assert "`fulfillment deliveries replay --source courier --reason not_json`" in out
    assert "`fulfillment orders explain main/1`" in out
    assert all(line.count("`") % 2 == 0 for line in out.splitlines())


def test_every_kind_of_body_is_shown(fulfillment: Commands, harness: Harness):
    for body in (b'{"a": {"b": "\xd9\x85"}}', b"\xff\xfe\x1b[31m", b"", b"[" * 50_000):
        harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, body=body))
    assert '{\n  "a": {\n    "b": "م"\n  }\n}' in fulfillment("deliveries", "show", "1").out
    assert r"b'\xff\xfe\x1b[31m'" in fulfillment("deliveries", "show", "2").out
    assert "b''" in fulfillment("deliveries", "show", "3").out
    long = fulfillment("deliveries", "show", "4").out
    assert "characters more" in long
    assert len(long) < 20_000
    assert len(fulfillment("deliveries", "show", "4", "--json").document["body"]) == 50_000


# ----------------------------------------------------------------------------------------------------- on a terminal


def on_a_terminal(*arguments: str, **environ: str) -> CommandResult:
    """Run a command whose output is a terminal of 80 columns."""
    ours, programs = pty.openpty()
    terminal = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "50", **environ}
    with subprocess.Popen(
        [sys.executable, "-m", "worker.cli", *arguments], stdout=programs, stderr=programs, env=os.environ | terminal
    ) as process:
        os.close(programs)
        out = b""
        try:
            while part := os.read(ours, 65_536):
                out += part
        except OSError:  # Linux raises this when the command has closed its end
            pass
        code = process.wait(60)
    os.close(ours)
    return CommandResult(code, out.decode(), "")


def test_tables_are_as_wide_on_a_narrow_terminal(fulfillment: Commands, harness: Harness):
    order = str(nasty_order(harness))
    fulfillment.set({"COLUMNS": "30"})
    for arguments in (
        ["orders", "list"],
        ["orders", "show", order],
        ["deliveries", "list"],
        ["deliveries", "show", "1"],
    ):
        (rule,) = re.findall("─+", fulfillment(*arguments).out)
        # The text of an age (“just now”, “1 s”) changes the width of a table by some columns.
        assert 50 < len(rule) <= 80


def test_colours_are_for_terminals_unless_the_environment_forbids_them(fulfillment: Commands, harness: Harness):
    nasty_order(harness)
    red = "\x1b[1;31mstopped"
    assert red in on_a_terminal("orders", "list").out
    assert "\x1b" not in on_a_terminal("orders", "list", NO_COLOR="1", TERM="dumb").out
    assert red not in on_a_terminal("orders", "list", NO_COLOR="1").out
    assert "\x1b" not in fulfillment("orders", "list").out
