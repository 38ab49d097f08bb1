"""Each advice of the doctor is followed to the letter, and then the check is ok."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery, an_event
from tests.support.good_settings import COURIER, GOOD, MAIN
from tests.support.harness import Harness, order_key
from tests.support.sandboxes import Platform
from worker.domain.events import EventResult
from worker.domain.instants import DAY, HOUR
from worker.domain.reasons import HoldReason, QuarantineReason, RefusalReason, StopReason, WaitReason
from worker.domain.refusals import Refusal, unknown_path
from worker.domain.results import Later, Stopped
from worker.store.database.clocks import machine_now
from worker.store.refusals import SqlRefusals

COMMAND = re.compile(r"`((?:fulfillment|chmod) [^`]*)`")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: the queries are tested with each."""
    return sqlite_url


@pytest.fixture
def check(fulfillment: Commands) -> Callable[[str], dict[str, Any]]:
    """Runs the doctor, and returns its first check of a name that is not ok, else its first one of that name."""

    def find(name: str) -> dict[str, Any]:
        named = [each for each in fulfillment("doctor", "--json").document["checks"] if each["check"] == name]
        return next((each for each in named if each["verdict"] != "ok"), named[0])

    return find


def follow(fulfillment: Commands, text: str, **values: str) -> list[str]:
    """Run every command in *text*, with *values* for its placeholders, and return the commands. Each must succeed."""
    commands = COMMAND.findall(text)
    for command in commands:
        filled = command.replace("<why>", "'as advised'")
        for name, value in values.items():
            filled = filled.replace(name, value)
        program, *words = shlex.split(filled)
        if program == "chmod":
            subprocess.run([program, *words], check=True)
        else:
            words += ["--yes"] if "replay" in words and "--yes" not in words else []
            result = fulfillment(*words)
            assert (result.code, result.err) == (0, ""), command
    return commands


def test_a_new_installation_gets_its_database(fulfillment: Commands, check):
    assert check("database")["verdict"] == "fail"
    assert follow(fulfillment, check("database")["sentence"]) == ["fulfillment migrate"]
    assert check("database")["verdict"] == "ok"


def test_open_folders_and_files_become_private(fulfillment: Commands, harness: Harness, check, tmp_path: Path):
    folder, config = tmp_path / "its data", tmp_path / "own file.toml"
    folder.mkdir()
    folder.chmod(0o777)
    secret = "[sources.courier]\nsecrets = ['whsec_of_the_courier_of_these_tests']\n"
    config.write_text(f'data_dir = "{folder}"\n{secret}')
    config.chmod(0o644)
    fulfillment.set({"FULFILLMENT_DATA_DIR": None, "FULFILLMENT_CONFIG": str(config), f"{COURIER}SECRETS": None})
    assert (check("data_dir")["verdict"], check("secret files")["verdict"]) == ("fail", "warn")
    follow(fulfillment, check("data_dir")["advice"])
    follow(fulfillment, check("secret files")["advice"])
    assert (folder.stat().st_mode & 0o777, config.stat().st_mode & 0o777) == (0o700, 0o640)
    assert check("secret files")["verdict"] == "ok"


def test_a_short_secret_is_replaced_by_a_new_one(fulfillment: Commands, harness: Harness, check):
    fulfillment.set({f"{COURIER}SECRETS": "short-secret"})
    advice = check("source courier, secrets")["advice"]
    assert "`fulfillment secrets new`" in advice
    fulfillment.set({f"{COURIER}SECRETS": fulfillment("secrets", "new").out.strip()})
    checks = fulfillment("doctor", "--json").document["checks"]
    assert "source courier, secrets" not in {each["check"] for each in checks}


def test_a_stopped_order_is_listed_explained_and_released(fulfillment: Commands, harness: Harness, check):
    harness.clock.now = machine_now()
    harness.accept("shipment.picked_up", "T1", order=order_key(1))
    refusal = "HTTP 422, Branch is closed, request req-1"
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, refusal), EventResult.STOPPED)
    found = check("stopped orders")
    assert "1 × “HTTP 422, Branch is closed”" in found["sentence"]
    listed, explained = follow(fulfillment, found["advice"])
    assert listed.startswith("fulfillment orders list")
    explanation = fulfillment(*shlex.split(explained)[1:], "--json").document
    release = next(command for command in explanation["commands"] if " release " in command)
    follow(fulfillment, f"`{release}`")
    assert check("stopped orders")["verdict"] == "ok"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [(WaitReason.API_UNAVAILABLE, "pending events")],
)
def test_what_waits_is_explained(fulfillment: Commands, harness: Harness, check, reason: WaitReason, kind: str):
    harness.clock.now = machine_now() - 2 * HOUR
    harness.accept("shipment.picked_up", "T1", order=order_key(1))
    harness.finish(order_key(1), Later(machine_now() + HOUR, reason, "HTTP 502", firm=True))
    assert follow(fulfillment, check(kind)["advice"]) == ["fulfillment orders explain main/1"]


def test_an_account_that_an_operator_holds_is_released(fulfillment: Commands, harness: Harness, check):
    harness.holds.hold("main", HoldReason.OPERATOR, None, "an audit")
    follow(fulfillment, check("held accounts")["advice"])
    assert check("held accounts")["verdict"] == "ok"


def test_an_account_with_refused_credentials_goes_on_when_they_are_right(
    fulfillment: Commands, account_at: Callable[[str], Platform], check
):
    key = account_at("cekat").settings[f"{MAIN}API_KEY"]
    fulfillment("migrate")
    fulfillment.set({f"{MAIN}API_KEY": "quite-another-key"})
    assert fulfillment("accounts", "probe", "main").code == 1
    assert "Compare the account's credentials" in check("account main")["advice"]
    fulfillment.set({f"{MAIN}API_KEY": key})
    assert check("account main")["verdict"] == "ok"


def test_a_held_account_is_probed_when_its_credentials_are_right(
    fulfillment: Commands, harness: Harness, account_at: Callable[[str], Platform], check
):
    account_at("cekat")
    harness.holds.hold("main", HoldReason.CREDENTIALS, None, "HTTP 401")
    assert follow(fulfillment, check("held accounts")["advice"]) == ["fulfillment accounts probe main"]
    assert check("held accounts")["verdict"] == "ok"


def test_a_wrong_phone_number_id_is_compared_and_corrected(
    fulfillment: Commands, account_at: Callable[[str], Platform], check
):
    account_at("awalchat")
    fulfillment.set({f"{MAIN}PHONE_NUMBER_ID": "another"})
    assert "`phone_number_id`" in check("account main")["advice"]
    fulfillment.set({f"{MAIN}PHONE_NUMBER_ID": GOOD[f"{MAIN}PHONE_NUMBER_ID"]})
    assert check("account main")["verdict"] == "ok"


def test_an_unknown_status_gets_a_meaning(fulfillment: Commands, account_at: Callable[[str], Platform], check):
    account_at("cekat")("POST", "/orders", {"id": 1, "status": "packed"})
    assert "setting `statuses`" in check("account main, statuses")["advice"]
    fulfillment.set({f"{MAIN}STATUSES": '{"packed": "accepted"}'})
    checks = fulfillment("doctor", "--json").document["checks"]
    assert "account main, statuses" not in {each["check"] for each in checks}


def test_a_scan_is_made_when_none_has_been(
    fulfillment: Commands, harness: Harness, account_at: Callable[[str], Platform], check
):
    account_at("cekat")
    assert check("scan main")["verdict"] == "warn"
    assert fulfillment("scan").code == 0
    assert check("scan main")["verdict"] == "ok"


def test_an_event_that_is_not_allowed_is_allowed_and_replayed(fulfillment: Commands, harness: Harness, check):
    body = b'{"id": "e1", "event": "shipment.delivered", "data": {"order_id": 1, "tracking_number": "T1"}}'
    harness.intake.write(
        a_delivery(unusable=QuarantineReason.NOT_ALLOWED, source="courier", detail="shipment.delivered", body=body)
    )
    fulfillment.set({f"{COURIER}ALLOW": '["shipment.created"]'})
    advice = check("quarantine")["advice"]
    assert "Add this event to `allow` of [sources.courier]; restart the receiver, and replay them:" in advice
    fulfillment.set({f"{COURIER}ALLOW": '["shipment.created", "shipment.delivered"]'})
    assert len(follow(fulfillment, advice, ID="1")) == 3
    assert check("quarantine")["verdict"] == "ok"


@pytest.mark.parametrize("reason", [RefusalReason.BAD_SIGNATURE, RefusalReason.NO_SIGNATURE, RefusalReason.BAD_TIME])
def test_a_refused_sender_is_compared_with_what_the_source_shows(
    fulfillment: Commands, harness: Harness, check, reason: RefusalReason
):
    SqlRefusals(harness.database).add({Refusal("courier", "", reason): 3})
    assert follow(fulfillment, check("source courier, refused")["advice"]) == ["fulfillment sources show courier"]
    harness.clock.advance(seconds=1)
    harness.intake.write(a_delivery(an_event(order=order_key(1)), received_at=harness.clock.now))
    assert check("source courier, refused")["verdict"] == "ok"


def test_stale_deliveries_are_taken_in_when_the_source_may_send_them(fulfillment: Commands, harness: Harness, check):
    body = b'{"id": "e1", "event": "shipment.delivered", "data": {"order_id": 1, "tracking_number": "T1"}}'
    harness.intake.write(a_delivery(source="courier", keep_once="courier/e1", body=body))
    SqlRefusals(harness.database).add({Refusal("courier", "", RefusalReason.STALE): 1})
    advice = check("source courier, refused")["advice"]
    assert "`tolerance` of courier" in advice
    fulfillment.set({f"{COURIER}TOLERANCE": "2d"})
    (replay,) = follow(fulfillment, advice)
    assert "--outcome stale" in replay
    assert fulfillment("deliveries", "list", "--outcome", "stale", "--json").out == ""


def test_a_wrong_path_is_found_in_the_list_of_the_right_ones(fulfillment: Commands, harness: Harness, check):
    SqlRefusals(harness.database).add({unknown_path("/webhooks/curier"): 3})
    advice = check("paths")["advice"]
    assert "perhaps to /webhooks/courier" in advice
    assert follow(fulfillment, advice) == ["fulfillment sources list"]
    assert "/webhooks/courier" in fulfillment("sources", "list").out


def test_a_source_without_a_limit_gets_one(fulfillment: Commands, harness: Harness, check):
    other = "FULFILLMENT_SOURCES__OTHER__"
    fulfillment.set({f"{other}SECRETS": "whsec_of_another_courier_of_these", f"{other}PROFILE": "courier"})
    found = check("carriers")
    assert found["verdict"] == "warn", "two couriers may report each other's orders"
    for prefix in (COURIER, other):
        fulfillment.set({f"{prefix}ALLOW": re.findall(r"`allow = (\[.*?\])`", found["advice"])[0]})
    assert check("carriers")["verdict"] == "ok"


def test_a_late_order_is_listed_and_explained(fulfillment: Commands, harness: Harness, check):
    fulfillment.set({f"{MAIN}DELIVER_WITHIN": "1d"})
    harness.clock.now = machine_now() - 3 * DAY
    harness.accept("shipment.picked_up", "T1", order=order_key(1))
    columns: dict[str, Any] = {
        "stage": "shipped",
        "status": "shipped",
        "read_at": harness.clock(),
        "staged_at": harness.clock(),
    }
    harness.finish(order_key(1), Later(machine_now() + HOUR, WaitReason.PARCELS), **columns)
    commands = follow(fulfillment, check("late orders")["advice"])
    assert commands == ["fulfillment orders list --late", "fulfillment orders explain main/1"]
