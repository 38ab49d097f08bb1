"""Every command that `explain` or a refusal names is accepted when it is followed to the letter."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.commands import CommandResult, Commands
from tests.support.harness import Harness
from tests.support.sandboxes import Platform
from worker.domain.events import EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage
from worker.operations.closing import results_of_close
from worker.store.database.clocks import machine_now

OF_REFERENCES = {
    StopReason.UNKNOWN_ORDER,
    StopReason.AMBIGUOUS_ORDER,
    StopReason.NUMBER_REUSED,
    StopReason.TOO_MANY_EVENTS,
    StopReason.NOT_YOUR_ORDER,
    StopReason.REFUSED,
    StopReason.GAVE_UP,
}
ONLY_OF_REFERENCES = {
    StopReason.AMBIGUOUS_ORDER,
    StopReason.NUMBER_REUSED,
    StopReason.TOO_MANY_EVENTS,
    StopReason.NOT_YOUR_ORDER,
}
OF_ORDERS = [stop for stop in StopReason if stop not in ONLY_OF_REFERENCES]
EVENTS = {
    StopReason.SHIPMENT_RETURNED: [("shipment.returned", "T")],
    StopReason.SHIPMENT_LOST: [("shipment.lost", "T")],
    StopReason.SHIPMENT_CANCELLED: [("shipment.cancelled", "T")],
    StopReason.PARCEL_MISSING: [("shipment.delivered", "A"), ("shipment.created", "B")],
}
"""What happened before such a stop, each with the letter of the parcel."""
EXPLICIT = re.compile(r"fulfillment ((?:orders|parcels|accounts|deliveries) [^`]*?)(?:`|\.?$)")
SHORT = re.compile(r"`((?:orders|parcels) [^`]*)`")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: what the commands do to each is tested elsewhere."""
    return sqlite_url


@pytest.fixture(autouse=True)
def platform(account_at: Callable[[str], Platform], harness: Harness) -> Platform:
    """The platform of the account, which has the order 17."""
    chosen = account_at("awalchat")
    chosen("POST", "/orders", {"id": 17, "payment_status": "paid", "status": "accepted"})
    return chosen


def advised(fulfillment: Commands, key: OrderKey) -> list[str]:
    """Return the commands that `explain` names, with their placeholders filled in."""
    explanation = fulfillment("orders", "explain", str(key), "--json").document
    sentences = [*explanation["commands"], *explanation["next_steps"]]
    commands = [*dict.fromkeys(match for sentence in sentences for match in EXPLICIT.findall(sentence))]
    for sentence in sentences:
        for short in SHORT.findall(sentence):  # such a command must be named in full beside it
            words = short.split()
            assert short == "orders explain" or any(set(words) <= set(command.split()) for command in commands), (
                sentence
            )
    return [_filled_in(command, key) for command in commands]


def _filled_in(command: str, key: OrderKey) -> str:
    values = {"<why>": "'as advised'", "ORDER": "main/17", "TRACKING": "TRK17"}
    words = [values.get(word, word) for word in command.split(" ")]
    return " ".join(words if len(words) > 2 else [*words, f"'{key}'"])


def run(fulfillment: Commands, command: str) -> CommandResult:
    return fulfillment(*(word.strip("'") for word in re.findall(r"'[^']*'|\S+", command)))


def follow_each(fulfillment: Commands, prepare: Callable[[int], OrderKey]) -> list[str]:
    """Run each advised command on an order of its own, which *prepare* makes, and return the commands."""
    count = len(advised(fulfillment, prepare(1)))
    followed = []
    for number in range(count):
        command = advised(fulfillment, prepare(number + 2))[number]
        result = run(fulfillment, command)
        assert (result.code, result.err) == (0, ""), command
        followed.append(command)
    return followed


def order(number: int) -> OrderKey:
    return OrderKey("main", str(100 + number))


def stopped(harness: Harness, key: OrderKey, reason: StopReason, **columns: Any) -> OrderKey:
    harness.clock.now = machine_now()
    harness.accept("shipment.picked_up", "" if key.reference else f"T{key.order_id}", order=key)
    for name, letter in EVENTS.get(reason, ()):
        harness.accept(name, f"{letter}{key.order_id}", order=key)
    stage = {} if key.reference else {"stage": Stage.ACCEPTED, "status": "accepted"}
    harness.finish(key, Stopped(reason, "why"), EventResult.STOPPED, **{"read_at": harness.clock(), **stage, **columns})
    return key


@pytest.mark.parametrize("reason", OF_ORDERS)
def test_each_command_for_a_stopped_order_is_accepted(fulfillment: Commands, harness: Harness, reason: StopReason):
    followed = follow_each(fulfillment, lambda number: stopped(harness, order(number), reason))
    assert {command.split()[1] for command in followed} >= {"release", "close"}


@pytest.mark.parametrize("reason", sorted(OF_REFERENCES))
@pytest.mark.parametrize("kind", ["number", "tracking", "shipment"])
def test_each_command_for_a_stopped_reference_is_accepted(
    fulfillment: Commands, harness: Harness, reason: StopReason, kind: str
):
    followed = follow_each(
        fulfillment, lambda number: stopped(harness, OrderKey("main", f"{kind}:REF-{number}"), reason)
    )
    assert any("--found" in command for command in followed)
    assert any(command.startswith("orders close") for command in followed)


def test_each_command_for_a_closed_order_or_reference_is_accepted(fulfillment: Commands, harness: Harness):
    def closed(key: OrderKey) -> OrderKey:
        seen = harness.snapshot(stopped(harness, key, StopReason.GAVE_UP))
        assert harness.operator_store.close(seen, "x", results_of_close(seen))
        return key

    of_order = follow_each(fulfillment, lambda number: closed(order(number)))
    of_reference = follow_each(fulfillment, lambda number: closed(OrderKey("main", f"number:N{number}")))
    assert [command.split()[1] for command in (*of_order, *of_reference)] == ["release", "release"]


@pytest.mark.parametrize("reason", WaitReason)
def test_each_command_for_an_order_that_waits_is_accepted(fulfillment: Commands, harness: Harness, reason: WaitReason):
    def waiting(number: int) -> OrderKey:
        harness.clock.now = machine_now()
        harness.accept("shipment.picked_up", "A", order=order(number))
        later = Later(harness.clock() + HOUR, reason, "why", firm=True)
        harness.finish(order(number), later, stage=Stage.ACCEPTED, status="accepted", read_at=harness.clock())
        return order(number)

    followed = follow_each(fulfillment, waiting)
    # Only a restart with the settings of today ends a wait for `dry_run`.
    assert [command.split()[1] for command in followed] == ([] if reason is WaitReason.DRY_RUN else ["retry"])


@pytest.mark.parametrize("last", ["shipment.created", "shipment.picked_up", "shipment.lost", None])
@pytest.mark.parametrize("stage", [Stage.SHIPPED, Stage.DELIVERED])
def test_each_command_for_an_order_that_misses_a_parcel_is_accepted(
    fulfillment: Commands, harness: Harness, last: str | None, stage: Stage
):
    def resting(number: int) -> OrderKey:
        harness.clock.now = machine_now()
        harness.accept("shipment.delivered", f"A{number}", order=order(number), parcels=2)
        if last:
            harness.accept(last, f"B{number}", order=order(number))
        harness.finish(order(number), Done(), stage=stage, status=str(stage), read_at=harness.clock(), acknowledged=2)
        return order(number)

    follow_each(fulfillment, resting)


@pytest.mark.parametrize("reason", HoldReason)
def test_each_command_for_a_held_order_is_accepted(fulfillment: Commands, harness: Harness, reason: HoldReason):
    def held(number: int) -> OrderKey:
        harness.clock.now = machine_now()
        harness.accept("shipment.picked_up", "A", order=order(number))
        harness.holds.hold("main", reason, None, "why")
        return order(number)

    for command in advised(fulfillment, held(1)):
        chosen = "accounts release main --reason x" if command.startswith("accounts release") else command
        assert run(fulfillment, chosen).code == 0, command
        harness.holds.hold("main", reason, None, "why")


def test_a_refusal_names_a_command_that_helps(fulfillment: Commands, harness: Harness):
    refused = [("retry",), ("advance", "--to", "shipped", "--reason", "x")]
    for number, (reason, (act, *options)) in enumerate(((reason, act) for reason in OF_ORDERS for act in refused), 1):
        key = stopped(harness, order(number), reason)
        _help(fulfillment, key, act, options)
    for number, (act, *options) in enumerate(refused, 80):
        key = stopped(harness, order(number), StopReason.GAVE_UP)
        assert harness.operator_store.close(harness.snapshot(key), "x", {})
        _help(fulfillment, key, act, options)


@pytest.mark.parametrize("is_stopped", [True, False])
@pytest.mark.parametrize("act", ["remove", "drop"])
def test_a_refusal_about_a_parcel_names_a_command_that_is_accepted(
    fulfillment: Commands, harness: Harness, act: str, is_stopped: bool
):
    key = stopped(harness, order(1), StopReason.PARCEL_MISSING)
    if not is_stopped:
        assert harness.operator_store.release(harness.snapshot(key), "x")
    result = fulfillment("parcels", act, str(key), f"T{key.order_id}", "--reason", "x")
    (command,) = EXPLICIT.findall(result.err)
    assert (result.code, command.split()[1]) == (2, "close" if is_stopped else "advance")
    assert run(fulfillment, _filled_in(command, key)).code == 0


def _help(fulfillment: Commands, key: OrderKey, act: str, options: list[str]) -> None:
    """Run a command that is refused, follow its advice, and run it again."""
    result = fulfillment("orders", act, str(key), *options)
    (command,) = EXPLICIT.findall(result.err)
    assert result.code == 2
    assert run(fulfillment, _filled_in(command, key)).code == 0
    assert fulfillment("orders", act, str(key), *options).code == 0, (key, act)
