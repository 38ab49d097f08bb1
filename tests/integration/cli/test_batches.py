"""Quarantined batches: each word is healed, and each element that cannot be used is named."""

import json
import os
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery
from tests.support.harness import Harness
from tests.support.healing import SETTINGS, checks, receive, set_statuses
from worker.domain.reasons import QuarantineReason

BATCHES = """
title = "Batches"

[auth.token]
kind = "static"
from = "header:Authorization"

[document]
each = "[].scans[]"

[read]
number = "[].order"
key = ["[].order", "[].scans[].word"]

[status]
from = "[].scans[].word"
rows = [["delivered", "delivered"]]
"""


@pytest.fixture
def batches(fulfillment: Commands, tmp_path: Path) -> dict[str, str]:
    """The variables of an installation with the source `batches`, whose courier sends many scans at once."""
    (tmp_path / "batches.toml").write_text(BATCHES)
    (tmp_path / "own.toml").write_text("")
    fulfillment.set(
        {
            **SETTINGS,
            "FULFILLMENT_CONFIG": str(tmp_path / "own.toml"),
            "FULFILLMENT_SOURCES__BATCHES__PROFILE": str(tmp_path / "batches.toml"),
            "FULFILLMENT_SOURCES__BATCHES__SECRETS": "a-token-of-the-batches",
        }
    )
    return dict(os.environ)


def batch(**words: list[str]) -> list[dict[str, object]]:
    return [{"order": order, "scans": [{"word": word} for word in some]} for order, some in words.items()]


def test_the_doctor_names_each_unknown_word_of_a_batch_until_all_are_healed(
    fulfillment: Commands, harness: Harness, batches: dict[str, str], tmp_path: Path
):
    assert receive(harness, batches, "batches", batch(A=["delivered", "NEW1"], B=["NEW2"])) == ["quarantined"]
    assert "from batches: “NEW1” (1)" in checks(fulfillment, "quarantine")[0]["sentence"]
    set_statuses(tmp_path, "batches", NEW1="in_transit")
    result = fulfillment("deliveries", "replay", "1")
    assert (result.code, result.out) == (
        1,
        "Delivery 1 is still quarantined: unknown_event “NEW2”; 2 of its events were taken in.\n",
    )
    assert "from batches: “NEW2” (1)" in checks(fulfillment, "quarantine")[0]["sentence"]
    set_statuses(tmp_path, "batches", NEW1="in_transit", NEW2="lost")
    assert fulfillment("deliveries", "replay", "1") == (0, "Delivery 1 is accepted.\n", "")
    assert checks(fulfillment, "quarantine")[0]["verdict"] == "ok"


def test_a_quarantined_batch_is_shown_with_every_element_that_cannot_be_used(
    fulfillment: Commands, harness: Harness, batches: dict[str, str], tmp_path: Path
):
    documents = [*batch(A=["delivered", "delivered"]), {"scans": [{"word": "delivered"}]}, *batch(B=["QQ"])]
    receive(harness, batches, "batches", documents)
    shown = fulfillment("deliveries", "show", "1").out
    assert "[1][0]  no_order\n[2][0]  unknown_event “QQ”\n" in shown
    assert "1 of its events was taken in. " in shown
    assert "\n  fulfillment deliveries try 1\n" in shown
    assert fulfillment("deliveries", "show", "1", "--json").document["problems"] == [
        {"element": "[1][0]", "reason": "no_order", "detail": None},
        {"element": "[2][0]", "reason": "unknown_event", "detail": "QQ"},
    ]
    set_statuses(tmp_path, "batches", QQ="lost")
    problems = fulfillment("deliveries", "show", "1", "--json").document["problems"]
    assert [problem["reason"] for problem in problems] == ["no_order"]


def test_a_delivery_that_the_settings_have_healed_is_shown_with_the_command_that_takes_it_in(
    fulfillment: Commands, harness: Harness, batches: dict[str, str], tmp_path: Path
):
    receive(harness, batches, "batches", batch(A=["QQ"]))
    set_statuses(tmp_path, "batches", QQ="lost")
    shown = fulfillment("deliveries", "show", "1").out
    assert "By the present settings, all of it can be used." in shown
    assert "\n  fulfillment deliveries replay 1\n" in shown
    assert fulfillment("deliveries", "show", "1", "--json").document["problems"] == []


def test_only_some_of_many_elements_are_printed(fulfillment: Commands, harness: Harness, batches: dict[str, str]):
    receive(harness, batches, "batches", batch(A=[f"N{n}" for n in range(50)]))
    shown = fulfillment("deliveries", "show", "1").out.partition("taken in")[0]
    assert ("[0][19]" in shown, "[0][20]" in shown, "… and 30 elements more" in shown) == (True, False, True)
    assert len(fulfillment("deliveries", "show", "1", "--json").document["problems"]) == 50


def test_a_document_without_elements_is_one_problem(fulfillment: Commands, harness: Harness, batches: dict[str, str]):
    receive(harness, batches, "batches", {"scans": 1})
    assert "the document  no_list" in fulfillment("deliveries", "show", "1").out
    (problem,) = fulfillment("deliveries", "show", "1", "--json").document["problems"]
    assert (problem["element"], problem["reason"]) == (None, "no_list")


@pytest.mark.parametrize("source", ["gone", "courier"])
def test_a_delivery_that_no_profile_can_read_again_is_shown_without_problems(
    fulfillment: Commands, harness: Harness, batches: dict[str, str], source: str
):
    harness.intake.write(a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, source=source, body=b"{}"))
    assert fulfillment("deliveries", "show", "1", "--json").document["problems"] is None
    assert "deliveries try" not in fulfillment("deliveries", "show", "1").out


def test_a_captured_delivery_is_shown_with_the_command_that_tries_a_profile(
    fulfillment: Commands, harness: Harness, batches: dict[str, str]
):
    harness.intake.write(a_delivery(unusable=QuarantineReason.CAPTURED, source="newbox", body=b"{}"))
    assert fulfillment("deliveries", "show", "1", "--json").document["problems"] is None
    assert "\n  fulfillment deliveries try 1 --profile PROFILE\n" in fulfillment("deliveries", "show", "1").out


def test_a_problem_that_only_other_events_show_is_not_called_healed(
    fulfillment: Commands, harness: Harness, batches: dict[str, str]
):
    body = json.dumps(batch(A=["delivered"])).encode()
    harness.intake.write(
        a_delivery(unusable=QuarantineReason.KEY_REUSED, source="batches", body=body, received_at=harness.clock())
    )
    assert "all of it can be used" not in fulfillment("deliveries", "show", "1").out
