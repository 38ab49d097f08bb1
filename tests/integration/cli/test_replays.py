"""Many quarantined deliveries are healed: the doctor says how, and one command replays them."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery
from tests.support.harness import Harness
from tests.support.healing import SETTINGS, checks, of_oto, receive
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.reasons import QuarantineReason
from worker.store.queries.deliveries import DeliveryQueries

SILENT = (
    "Nothing about it has changed, so `fulfillment doctor` does not report it any more;"
    " `fulfillment deliveries show 1` names what cannot be used.\n"
)
SILENCED = "`fulfillment doctor` does not report 1 delivery any more, because nothing has changed.\n"
WORDS = ["arrivedSomewhere", "arrivedSomewhere", 'odd "word"\n\\', "", "delivered"]


@pytest.fixture
def environ(fulfillment: Commands, harness: Harness, tmp_path: Path) -> dict[str, str]:
    """The variables of an installation with couriers, and with a settings file that is still empty."""
    (tmp_path / "own.toml").write_text("")
    fulfillment.set({**SETTINGS, "FULFILLMENT_CONFIG": str(tmp_path / "own.toml")})
    return dict(os.environ)


def test_the_advice_for_unknown_words_heals_them_when_it_is_followed_to_the_letter(
    fulfillment: Commands, harness: Harness, environ: dict[str, str], tmp_path: Path
):
    documents = [of_oto(word, number) for number, word in enumerate(WORDS)]
    assert receive(harness, environ, "oto", *documents) == ["quarantined"] * 4 + ["accepted"]
    (check,) = checks(fulfillment, "quarantine")
    assert "4 deliveries are quarantined (unknown_event)" in check["sentence"]
    assert "from oto: “arrivedSomewhere” (2), " in check["sentence"]

    table = re.search(r"add to (\[sources\.oto\]): (statuses = \{.*\})\. Restart", check["advice"])
    command = re.search("`fulfillment (.*)`", check["advice"])
    assert table
    assert command
    (tmp_path / "own.toml").write_text(f"{table[1]}\n{table[2]}\n".replace("…", "in_transit"))
    result = fulfillment(*command[1].split(), "--yes")
    assert (result.code, result.out.splitlines()[-1]) == (0, "4 deliveries were replayed: 4 accepted.")
    (check,) = checks(fulfillment, "quarantine")
    assert check["verdict"] == "ok"
    assert {fulfillment("orders", "show", f"number:ORD-{n}", "--json").document["state"] for n in range(5)} == {"due"}


def test_words_are_added_to_the_statuses_that_the_source_has(
    fulfillment: Commands, harness: Harness, environ: dict[str, str], tmp_path: Path
):
    table = '[sources.oto]\nstatuses = { "old" = "lost" }\n'
    (tmp_path / "own.toml").write_text(table)
    receive(harness, environ, "oto", of_oto("brandNew", 1))
    (check,) = checks(fulfillment, "quarantine")
    entry = re.search(r"add to the statuses of \[sources\.oto\]: (.*)\. Restart", check["advice"])
    assert entry
    (tmp_path / "own.toml").write_text(table.replace(" }", f", {entry[1]} }}").replace("…", "in_transit"))
    assert fulfillment("deliveries", "replay", "1") == (0, "Delivery 1 is accepted.\n", "")


def test_a_replay_of_many_says_what_became_of_them(
    fulfillment: Commands, harness: Harness, environ: dict[str, str], tmp_path: Path
):
    receive(harness, environ, "oto", *(of_oto(word, number) for number, word in enumerate("xxxyyz")))
    (tmp_path / "own.toml").write_text('[sources.oto]\nstatuses = { x = "lost", y = "info" }\n')
    result = fulfillment("deliveries", "replay", "--reason", "unknown_event", "--yes")
    summary = "6 deliveries were replayed: 3 accepted, 2 ignored, 1 quarantined (unknown_event 1).\n" + SILENCED
    lines = [f"delivery {n}  oto  {outcome}\n" for n, outcome in enumerate(["accepted"] * 3 + ["ignored"] * 2, 1)]
    last = "delivery 6  oto  quarantined (unknown_event)\n"
    assert (result.code, result.out, result.err) == (1, "".join(lines) + last + summary, "")


def test_a_batch_is_healed_beside_what_was_taken_in_before(
    fulfillment: Commands, harness: Harness, environ: dict[str, str], tmp_path: Path
):
    assert receive(harness, environ, "kiriminaja", of_kiriminaja("ORD-1", "", "ORD-3")) == ["quarantined"]
    shown = fulfillment("deliveries", "show", "1", "--json").document
    assert ([event["order"] for event in shown["events"]], shown["reason"]) == (
        ["number@kiriminaja:ORD-1", "number@kiriminaja:ORD-3"],
        "no_order",
    )
    result = fulfillment("deliveries", "replay", "--source", "kiriminaja", "--yes")
    assert result.code == 1
    assert result.out.endswith("\n1 delivery was replayed: 1 quarantined (no_order 1).\n" + SILENCED)
    assert len(fulfillment("deliveries", "show", "1", "--json").document["events"]) == 2


def of_kiriminaja(*orders: str) -> dict[str, object]:
    """Return a batch with a parcel for each of *orders*; an empty text names none."""
    parcels = [{"order_id": order, "awb": order.replace("ORD-", "A")} for order in orders]
    return {"method": "shipped_packages", "data": parcels}


def test_a_replay_says_that_the_doctor_is_silent_from_now_on(
    fulfillment: Commands, harness: Harness, environ: dict[str, str]
):
    receive(harness, environ, "oto", of_oto("XX9", 1))
    result = fulfillment("deliveries", "replay", "1")
    assert (result.code, result.out) == (
        1,
        "Delivery 1 is still quarantined: unknown_event “XX9”; nothing was taken in.\n" + SILENT,
    )
    assert checks(fulfillment, "quarantine")[0]["verdict"] == "ok"


def test_a_captured_delivery_that_its_new_profile_cannot_read_is_news(
    fulfillment: Commands, harness: Harness, environ: dict[str, str]
):
    body = json.dumps(of_oto("XX9", 1)).encode()
    harness.intake.write(
        a_delivery(unusable=QuarantineReason.CAPTURED, source="oto", body=body, received_at=harness.clock())
    )
    assert fulfillment("deliveries", "replay", "1").out == (
        "Delivery 1 is still quarantined: unknown_event “XX9”; nothing was taken in.\n"
    )
    assert "“XX9” (1)" in checks(fulfillment, "quarantine")[0]["sentence"]


def test_a_delivery_of_no_interest_is_deleted_and_the_command_says_so(
    fulfillment: Commands, harness: Harness, environ: dict[str, str], tmp_path: Path
):
    receive(harness, environ, "oto", of_oto("strange", 1), of_oto("strange", 2))
    (tmp_path / "own.toml").write_text('[sources.oto]\nstatuses = { strange = "info" }\n')
    one = fulfillment("deliveries", "replay", "1")
    assert (one.code, one.out) == (0, "Delivery 1 is ignored: it is of no interest now, and was deleted.\n")
    many = fulfillment("deliveries", "replay", "--source", "oto", "--yes")
    assert (many.code, many.out) == (0, "delivery 2  oto  ignored\n1 delivery was replayed: 1 ignored.\n")
    assert fulfillment("deliveries", "list", "--json").documents == []


def test_a_captured_delivery_is_kept_until_its_source_has_a_profile(
    fulfillment: Commands, harness: Harness, environ: dict[str, str]
):
    body = json.dumps(of_oto("delivered", 1)).encode()
    kept = a_delivery(unusable=QuarantineReason.CAPTURED, source="newbox", body=body, received_at=harness.clock())
    harness.intake.write(kept)
    for arguments in (["1"], ["--source", "newbox", "--yes"]):
        result = fulfillment("deliveries", "replay", *arguments)
        assert result.code in {1, 2}
        assert "the profile of newbox keeps deliveries and reads none" in result.out + result.err
    assert [row.reason for row in DeliveryQueries(harness.database).page(DeliveryFilter(), 9).rows] == ["captured"]
    fulfillment.set({"FULFILLMENT_SOURCES__NEWBOX__PROFILE": "oto", "FULFILLMENT_SOURCES__NEWBOX__SECRETS": None})
    fulfillment.set({"FULFILLMENT_SOURCES__NEWBOX__SECRETS__TOKEN": "a-token-of-sixteen-bytes"})
    assert fulfillment("deliveries", "replay", "1") == (0, "Delivery 1 is accepted.\n", "")


def test_a_replay_of_many_passes_over_those_that_cannot_be_read(
    fulfillment: Commands, harness: Harness, environ: dict[str, str]
):
    for source in ("gone", "oto", "gone"):
        harness.intake.write(
            a_delivery(
                unusable=QuarantineReason.UNKNOWN_EVENT,
                source=source,
                body=json.dumps(of_oto("delivered", 1)).encode(),
                received_at=harness.clock(),
            )
        )
    result = fulfillment("deliveries", "replay", "--reason", "unknown_event", "--yes")
    assert result.code == 1
    assert "1 delivery was replayed: 1 accepted.\n2 were not: the settings name no source gone" in result.out
    nothing = fulfillment("deliveries", "replay", "--reason", "not_json")
    assert (nothing.code, nothing.out) == (0, "No delivery is chosen: nothing is to be done.\n")


@pytest.mark.parametrize("arguments", [(), ("1", "--source", "oto"), ("--reason", "bad_weather")])
def test_a_replay_names_one_delivery_or_many(fulfillment: Commands, arguments: tuple[str, ...]):
    result = fulfillment("deliveries", "replay", *arguments)
    assert (result.code, "Usage: fulfillment deliveries replay" in result.err) == (2, True)


def test_a_replay_of_an_unknown_source_is_refused(fulfillment: Commands, environ: dict[str, str]):
    result = fulfillment("deliveries", "replay", "--source", "nobody")
    assert (result.code, "name no source “nobody”" in result.err) == (2, True)
