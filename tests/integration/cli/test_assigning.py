"""`orders assign`: an operator says which source carries an order."""

import re

import pytest
import sqlalchemy

from tests.support.commands import Commands
from tests.support.events import KEY
from tests.support.harness import Harness, order_key
from tests.support.pages import ROOT
from tests.support.two_couriers import ACCEPTED, NOT_YOURS, news, report
from worker.store.database.database import Database

REASON = ("--reason", "the label says so")
SETTINGS = {
    f"FULFILLMENT_SOURCES__{name}__{key}": value
    for name, secret in (("NORTH", "Nq7Vb4m8Qa1Ws5Ed9Rf3Tg7Yh2Uj6Ik0"), ("SOUTH", "Sx2Cd6Vf0Bg4Nh8Mj1Kq5Lw9Pe3Or7Ti"))
    for key, value in (("PROFILE", "courier"), ("ALLOW", "shipment"), ("SECRETS", secret))
}
SETTINGS["FULFILLMENT_SOURCES__COURIER__ALLOW"] = '["order", "shipment"]'  # the merchant's own system


@pytest.fixture
def wrong(fulfillment: Commands, harness: Harness) -> Harness:
    """`south` was the first to report the order of `north`."""
    fulfillment.set(SETTINGS)
    fulfillment.set({"FULFILLMENT_SOURCES__AWALCHAT__SECRETS": "Jq7Vb4m8Qa1Ws5Ed9Rf3Tg7Yh2Uj6Ik0"})
    assert report(harness, news("south", "shipment.delivered", "S1")) == ACCEPTED
    assert report(harness, news("north", "shipment.picked_up", "N1")) == NOT_YOURS
    return harness


def test_an_order_is_assigned_shown_and_taken_away_again(fulfillment: Commands, wrong: Harness):
    explained = fulfillment("orders", "explain", "1").out
    assert "south carries it." in explained
    assert "1 delivery of north about it is quarantined (not_your_order)" in explained
    assert fulfillment("orders", "assign", "1", "north", *REASON).out.startswith("north carries main/1.")
    order = fulfillment("orders", "show", "1", "--json").document
    assert (order["carrier"], order["carrier_by"]) == ("north", "operator")
    assert order["audit_log"][-1]["action"] == "assigned"
    assert order["audit_log"][-1]["detail"].startswith("to north, after south: the label says so")
    assert "north, by the word of an operator" in fulfillment("orders", "show", "1").out
    assert fulfillment("orders", "assign", "1", "--none", *REASON).out.startswith("Nobody carries main/1 any more")
    assert fulfillment("orders", "show", "1", "--json").document["carrier"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("1", "west"), "the settings name no courier of the account main, “west”"),
        (("1", "awalchat"), "the settings name no courier of the account main, “awalchat”"),
        (("1",), "Name the SOURCE that carries the order, or say --none"),
        (("1", "north", "--none"), "not both"),
        (("2", "north"), "the database knows no order main/2"),
        (("number:ORD-1", "north"), "is a reference"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    fulfillment: Commands, wrong: Harness, arguments: tuple[str, ...], message: str
):
    before = wrong.row(KEY)
    result = fulfillment("orders", "assign", *arguments, *REASON)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert wrong.row(KEY) == before


def test_an_order_that_nobody_has_told_of_is_created_and_assigned(fulfillment: Commands, wrong: Harness):
    assert fulfillment("orders", "assign", "2", "north", "--create", *REASON).code == 0
    assert fulfillment("orders", "show", "2", "--json").document["carrier"] == "north"


def test_a_name_that_a_courier_has_given_is_found_without_its_source(fulfillment: Commands, wrong: Harness):
    number = KEY._replace(order_id="number:ORD-7")
    assert report(wrong, news("north", "shipment.created", "N7", order=number)) == ACCEPTED
    for text in ("number:ORD-7", "number@north:ORD-7", "main/number@north:ORD-7"):
        assert fulfillment("orders", "show", text, "--json").document["order"] == "number@north:ORD-7"
    assert report(wrong, news("south", "shipment.created", "S7", order=number)) == ACCEPTED
    result = fulfillment("orders", "show", "number:ORD-7", "--json")
    assert "say main/number@north:ORD-7 or main/number@south:ORD-7" in result.err


def test_doctor_says_what_to_do_about_news_of_orders_of_others(fulfillment: Commands, wrong: Harness):
    advice = fulfillment("doctor", "--json").out
    assert "1 delivery is quarantined (not_your_order)" in advice
    assert "fulfillment orders assign ORDER north --reason <why>" in advice


def test_an_operator_names_a_parcel_that_another_courier_reports_for_an_order_of_its_own(
    fulfillment: Commands, wrong: Harness
):
    """`south` carries main/1 by S1; main/2 has the carrier `north`."""
    assert fulfillment("orders", "assign", "2", "north", "--create", *REASON).code == 0
    added = fulfillment("parcels", "add", "2", "S1")
    assert (added.code, added.err) == (0, "")
    assert fulfillment("parcels", "add", "3", "S1", "--create").code == 2  # an operator says that it is of main/2
    assert report(wrong, news("north", "shipment.picked_up", "N2", order=KEY._replace(order_id="2"))) == ACCEPTED
    assert fulfillment("orders", "assign", "4", "north", "--create", *REASON).code == 0
    assert "another order, main/2, has the tracking number N2" in fulfillment("parcels", "add", "4", "N2").err


def test_a_courier_with_a_new_name_goes_on_with_its_orders(fulfillment: Commands, wrong: Harness):
    """`south` carries main/1; then its source is called `express`."""
    renamed = {key.replace("SOUTH", "EXPRESS"): value for key, value in SETTINGS.items() if "SOUTH" in key}
    fulfillment.set(dict.fromkeys([key for key in SETTINGS if "SOUTH" in key]) | renamed)
    assert report(wrong, news("express", "shipment.lost", "S1")) == NOT_YOURS
    _, check = carriers_of_doctor(fulfillment)
    assert check["verdict"] == "warn"
    assert check["sentence"].startswith("south carries 1 open order of main, but the settings name no such source")
    assert "fulfillment sources rename south NEW-NAME --reason <why>" in check["advice"]
    foreseen = fulfillment("sources", "rename", "south", "express", "--dry-run")
    assert (foreseen.code, foreseen.out.startswith("1 open order of south would belong to express,")) == (0, True)
    assert fulfillment("orders", "show", "1", "--json").document["carrier"] == "south"
    result = fulfillment("sources", "rename", "south", "express", *REASON)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("1 order or reference of south belongs to express now.")
    assert fulfillment("orders", "show", "1", "--json").document["carrier"] == "express"
    (check,) = carriers_of_doctor(fulfillment)
    assert check["verdict"] == "ok"
    assert "express (own by default) and north (own by default)" in check["sentence"]


def carriers_of_doctor(fulfillment: Commands) -> list[dict[str, str]]:
    checks = fulfillment("doctor", "--json").document["checks"]
    return [check for check in checks if check["check"] == "carriers"]


def test_a_name_that_makes_no_sense_renames_nothing(fulfillment: Commands, wrong: Harness):
    for before, after, message in (
        ("south", "north", "south is a source of the settings: give its orders to another one by one"),
        ("west", "awalchat", "the settings name no courier “awalchat”; they name: north, south"),
        ("west", "east", "the settings name no courier “east”"),
        ("west", "north", "the database has no order of main that west carries: nothing was changed"),
    ):
        result = fulfillment("sources", "rename", before, after, *REASON)
        assert (result.code, result.out) == (2, "")
        assert message in result.err
    for names in (("south", "north"), ("west", "awalchat")):
        assert fulfillment("sources", "rename", *names, "--dry-run").code == 2
    assert "Missing option '--reason'" in fulfillment("sources", "rename", "west", "north").err


def in_flight(database: Database) -> list[str]:
    """Return the orders that the query of deploy/OPERATIONS.md finds for the source `north`."""
    page = (ROOT / "deploy" / "OPERATIONS.md").read_text()
    (query,) = re.findall(r'"(SELECT account[^"]*)"', page)
    with database.read() as connection:
        return list(connection.scalars(sqlalchemy.text(query.replace("fastbox", "north"))))


def test_orders_in_flight_are_given_to_a_courier_that_had_no_allow(fulfillment: Commands, harness: Harness):
    fulfillment.set(SETTINGS)
    harness.accept("shipment.picked_up", "N1", source="north")  # while its source might send `order` events
    harness.accept("shipment.picked_up", "N2", source="shop", order=order_key(2))
    assert in_flight(harness.database) == ["main/1"]
    assert fulfillment("orders", "assign", "main/1", "north", *REASON).code == 0
    assert in_flight(harness.database) == []
    assert report(harness, news("south", "shipment.delivered", "S1")) == NOT_YOURS
    assert report(harness, news("north", "shipment.delivered", "N1")) == ACCEPTED


def test_doctor_warns_of_two_couriers_that_nothing_limits(fulfillment: Commands, harness: Harness):
    fulfillment.set(SETTINGS | {"FULFILLMENT_SOURCES__NORTH__ALLOW": None})
    advice = fulfillment("doctor").out
    assert "north has no `allow`" in " ".join(advice.split())
    assert "south has no" not in advice


def test_a_dry_run_says_what_would_follow_and_assigns_nothing(fulfillment: Commands, wrong: Harness):
    before = wrong.snapshot(order_key(1))
    result = fulfillment("orders", "assign", "1", "north", "--dry-run")
    assert result.out.startswith("main/1: the platform is read")
    assert fulfillment("orders", "assign", "1", "nobody-knows-it", "--dry-run").code == 2
    assert wrong.snapshot(order_key(1)) == before
    missing = fulfillment("orders", "assign", "1", "north")
    assert (missing.code, "Missing option '--reason'" in missing.err) == (2, True)
