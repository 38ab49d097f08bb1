"""One command replays many deliveries: by outcome, source, reason and age; an event is taken in once."""

import getpass
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery
from tests.support.harness import Harness
from tests.support.integrity import assert_integrity
from worker.domain.reasons import QuarantineReason
from worker.store.database.clocks import machine_now
from worker.store.queries import choices

USER = getpass.getuser


def body(key: str, event: str = "shipment.delivered", order: int = 1) -> bytes:
    return json.dumps({"id": key, "event": event, "data": {"order_id": order, "tracking_number": "TRK1"}}).encode()


def keep(harness: Harness, raw: bytes, *, hours_ago: int = 0, stale: bool = False, source: str = "courier") -> None:
    """Keep a delivery that could not be used, or that came too late."""
    harness.clock.now = machine_now() - hours_ago * 3_600_000_000
    unusable = None if stale else QuarantineReason.NOT_ALLOWED
    kept = a_delivery(
        unusable=unusable, source=source, body=raw, received_at=harness.clock(), keep_once=str(raw) if stale else ""
    )
    harness.intake.write(kept)
    harness.clock.now = machine_now()


def outcomes(fulfillment: Commands) -> list[str]:
    return [document["outcome"] for document in reversed(fulfillment("deliveries", "list", "--json").documents)]


def replayed(fulfillment: Commands, *options: str) -> list[int]:
    """Return the ids that a preview names."""
    result = fulfillment("deliveries", "replay", *options, "--dry-run", "--json")
    assert result.code == 0
    return [document["id"] for document in result.documents]


def test_deliveries_are_chosen_by_outcome_source_reason_and_age(fulfillment: Commands, harness: Harness):
    keep(harness, body("a"), hours_ago=50)
    keep(harness, body("b"), hours_ago=3, stale=True)
    keep(harness, body("c"), hours_ago=1)
    keep(harness, body("d"), stale=True)
    assert replayed(fulfillment, "--outcome", "quarantined") == [1, 3]
    assert replayed(fulfillment, "--outcome", "stale") == [2, 4]
    assert replayed(fulfillment, "--outcome", "stale", "--since", "2h") == [4]
    assert replayed(fulfillment, "--since", "2d") == [3]
    assert replayed(fulfillment, "--source", "courier", "--reason", "not_allowed") == [1, 3]
    moment = datetime.now(UTC) - timedelta(hours=2)
    for text in (f"{moment:%Y-%m-%dT%H:%M}", f"{moment:%Y-%m-%d %H:%M:%S+00:00}"):
        assert replayed(fulfillment, "--since", text) == [3]
    assert outcomes(fulfillment) == ["quarantined", "stale", "quarantined", "stale"], "nothing was changed"
    assert harness.order_keys() == []


def test_a_preview_says_what_each_delivery_brings(fulfillment: Commands, harness: Harness):
    keep(harness, body("a"))
    keep(harness, b"[")
    keep(harness, body("c", event="chat.message"))
    lines = fulfillment("deliveries", "replay", "--outcome", "quarantined", "--dry-run").out.splitlines()
    assert lines[0] == "delivery 1  courier  planned  it brings shipment.delivered of main/1"
    assert lines[1].startswith("delivery 2  courier  planned  it is still quarantined: not_json")
    assert lines[2].startswith("delivery 3  courier  planned  it is still quarantined: unknown_event")
    assert lines[3] == "3 deliveries would be replayed."
    one = fulfillment("deliveries", "replay", "1", "--dry-run", "--json").document
    assert (one["id"], one["result"], one["detail"]) == (1, "planned", "it brings shipment.delivered of main/1")


def test_a_preview_has_the_outcome_and_the_exit_code_of_the_replay(fulfillment: Commands, harness: Harness):
    keep(harness, body("a"))
    keep(harness, b"[")
    for chosen, outcome, reason, code in (("1", "accepted", None, 0), ("2", "quarantined", "not_json", 1)):
        preview = fulfillment("deliveries", "replay", chosen, "--dry-run", "--json")
        real = fulfillment("deliveries", "replay", chosen, "--json")
        assert (preview.code, preview.document["outcome"], preview.document["reason"]) == (code, outcome, reason)
        assert (real.code, real.document["outcome"], real.document["reason"]) == (code, outcome, reason)


def test_a_preview_says_which_deliveries_doctor_would_not_report_any_more(fulfillment: Commands, harness: Harness):
    keep(harness, b"[")
    first = fulfillment("deliveries", "replay", "1")  # with its reason and detail of today
    options = ("deliveries", "replay", "--outcome", "quarantined")
    keep(harness, b"[")
    fulfillment("deliveries", "replay", "2")
    preview = fulfillment(*options[:2], "2", "--dry-run").out
    assert first.code == 1
    assert "`fulfillment doctor` would not report 1 delivery any more: nothing has changed." in preview


def test_without_a_terminal_and_without_yes_nothing_is_replayed(fulfillment: Commands, harness: Harness):
    keep(harness, body("a"))
    result = fulfillment("deliveries", "replay", "--source", "courier")
    assert (result.code, result.out) == (2, "")
    assert "1 delivery is to be replayed. Go on? Nobody can answer here, so nothing was changed" in result.err
    assert outcomes(fulfillment) == ["quarantined"]


def test_each_order_that_gets_an_event_has_an_audit_entry_with_who_and_why(fulfillment: Commands, harness: Harness):
    for number in (1, 2):
        keep(harness, body(f"evt_{number}", order=number), stale=True)
    arguments = ("--outcome", "stale", "--note", "our clock was wrong", "--yes", "--json")
    result = fulfillment("deliveries", "replay", *arguments)
    assert [(document["id"], document["result"], document["outcome"]) for document in result.documents] == [
        (1, "done", "accepted"),
        (2, "done", "accepted"),
    ]
    assert (result.code, result.err) == (0, "2 deliveries were replayed: 2 accepted.\n")
    entries = [(row["action"], row["detail"]) for row in harness.audit_rows()]
    assert entries == [("replayed", f"delivery {n}, stale: our clock was wrong ({USER()})") for n in (1, 2)]
    assert_integrity(harness.database)


def test_a_replayed_event_keeps_its_key_and_leads_to_no_second_write(fulfillment: Commands, harness: Harness):
    keep(harness, body("evt_1"), stale=True)
    harness.receive("shipment.delivered", "TRK1", key="evt_1")
    harness.run_for(minutes=1)
    writes = harness.api.writes
    assert writes[-1] == "completed"
    keep(harness, body("evt_1"))
    for outcome in ("stale", "quarantined"):
        result = fulfillment("deliveries", "replay", "--outcome", outcome, "--yes")
        assert (result.code, result.out.splitlines()[-1]) == (0, "1 delivery was replayed: 1 duplicate.")
        again = fulfillment("deliveries", "replay", "--outcome", outcome, "--yes")
        assert again.out == "No delivery is chosen: nothing is to be done.\n"
    harness.clock.now = machine_now()
    harness.run_for(hours=1)
    assert harness.api.writes == writes
    assert "replayed" not in harness.audit_actions(), "it has brought nothing"
    assert_integrity(harness.database)


def test_a_backlog_is_replayed_in_pages(fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choices, "PAGE_SIZE", 2)
    for number in range(1, 6):
        keep(harness, body(f"evt_{number}", order=number))
    assert fulfillment("deliveries", "replay", "--source", "courier", "--yes").code == 0
    assert outcomes(fulfillment) == ["accepted"] * 5


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("1", "--since", "2h"),
        ("--outcome", "accepted"),
        ("--since", "yesterday"),
        ("--source", "nobody"),
        ("1", "--note", "\x1b"),
        ("1", "--note", "…"),
        ("--outcome", "stale", "--reason", "not_json"),
        ("--source", "courier", "--note", "x" * 201),
    ],
)
def test_a_wrong_choice_is_refused(fulfillment: Commands, harness: Harness, arguments: tuple[str, ...]):
    keep(harness, body("a"))
    result = fulfillment("deliveries", "replay", *arguments, "--yes")
    assert (result.code, result.out, result.err != "") == (2, "", True)
    assert outcomes(fulfillment) == ["quarantined"]
