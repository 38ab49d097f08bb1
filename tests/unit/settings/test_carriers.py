"""Which orders each source may report, by the settings of all sources."""

from pathlib import Path

import pytest

from tests.support.good_settings import refusal_of
from webhook_receiver.wiring import sources_of
from worker.settings import load_settings
from worker.settings.carriers import Carrying, carrying_of

ACCOUNTS = """
[accounts.main]
platform = "awalchat"
base_url = "https://api.example/v1"
domain = "shop"
client_id = "client"
hmac_secret = "ZnK3qv8Yt1Lw6Rb0Xc5Pd9Hs2Jf7Gm4A"
phone_number_id = "123456"
[accounts.other]
platform = "cekat"
api_key = "Qw7Er2Ty9Ui4Op1As6Df3Gh8Jk5Lz0Xc"
"""
OWN, ANY = Carrying("own", takes=True), Carrying("any", takes=True)


def source(name: str, *lines: str, profile: str = "courier", account: str = "main") -> str:
    secret = f'secrets = ["{name}-Vb4Nm8Qa1Ws5Ed9Rf3Tg7Yh2Uj6Ik0Ol"]'
    return "\n".join([f"[sources.{name}]", f'profile = "{profile}"', f'account = "{account}"', secret, *lines, ""])


NORTH = source("north", 'allow = ["shipment"]')
SOUTH = source("south", 'allow = ["shipment.delivered", "shipment.lost"]')
SHOP, PLATFORM = source("shop"), source("awalchat", profile="awalchat")


def carrying(folder: Path, *sources: str) -> dict[str, Carrying]:
    (folder / "fulfillment.toml").write_text(ACCOUNTS + "".join(sources))
    return carrying_of(load_settings({}, folder).sources)


def test_the_only_courier_of_an_account_may_report_any_order(tmp_path: Path):
    of = carrying(tmp_path, NORTH, SHOP, PLATFORM, source("west", 'allow = ["shipment"]', account="other"))
    assert (of["north"], of["west"]) == (ANY, ANY)


def test_each_of_several_couriers_may_report_only_its_own_orders(tmp_path: Path):
    of = carrying(tmp_path, NORTH, SOUTH, SHOP, PLATFORM)
    assert (of["north"], of["south"]) == (OWN, OWN)


LABELS = source("labels", 'allow = ["shipment.created"]')
CLAIMS = source("claims", 'allow = ["shipment.lost", "shipment.returned"]')


def test_a_system_that_only_announces_parcels_takes_no_order_and_restricts_no_courier(tmp_path: Path):
    of = carrying(tmp_path, NORTH, LABELS, SHOP)
    assert (of["north"], of["labels"]) == (ANY, Carrying("any", takes=False))
    assert of["shop"].carriers == {"north"}
    assert carrying(tmp_path, NORTH, SOUTH, LABELS)["labels"] == Carrying("any", takes=False)


def test_a_source_that_moves_no_parcel_restricts_no_courier_and_is_restricted_beside_several(tmp_path: Path):
    of = carrying(tmp_path, NORTH, CLAIMS)
    assert (of["north"], of["claims"]) == (ANY, ANY)
    assert carrying(tmp_path, NORTH, SOUTH, CLAIMS)["claims"] == OWN


def test_a_system_that_only_announces_parcels_may_be_restricted_by_its_setting(tmp_path: Path):
    of = carrying(tmp_path, NORTH, SHOP, LABELS + 'orders = "own"\n')
    assert (of["north"], of["labels"]) == (ANY, OWN)
    assert of["shop"].carriers == {"labels", "north"}


def test_a_built_in_profile_is_a_courier_and_one_that_only_captures_is_none(tmp_path: Path):
    assert carrying(tmp_path, NORTH, source("west", profile="capture"))["north"] == ANY
    of = carrying(tmp_path, NORTH, source("ninjavan", profile="ninjavan"))
    assert (of["north"], of["ninjavan"]) == (OWN, OWN)


def test_the_platform_and_the_merchants_systems_are_not_restricted_and_may_name_the_couriers(tmp_path: Path):
    of = carrying(tmp_path, NORTH, SOUTH, SHOP, PLATFORM, source("west", 'allow = ["shipment"]', account="other"))
    assert of["shop"] == of["awalchat"] == Carrying("any", takes=False, carriers=frozenset({"north", "south"}))


@pytest.mark.parametrize(("word", "takes"), [("any", True), ("own", True), ("assigned", False)])
def test_a_courier_that_says_which_orders_it_may_report_keeps_to_that(tmp_path: Path, word: str, takes: bool):
    of = carrying(tmp_path, NORTH + f'orders = "{word}"\n', SOUTH)
    assert of == {"north": Carrying(word, takes=takes), "south": OWN}  # type: ignore[arg-type]
    assert carrying(tmp_path, NORTH + f'orders = "{word}"\n')["north"].orders == word


def test_the_receiver_follows_the_settings(tmp_path: Path):
    (tmp_path / "fulfillment.toml").write_text(ACCOUNTS + NORTH + SOUTH + SHOP)
    sources = sources_of(load_settings({}, tmp_path))
    assert (sources["north"].orders, sources["north"].takes_orders) == ("own", True)
    assert (sources["shop"].orders, sources["shop"].carriers) == ("any", frozenset({"north", "south"}))


def test_another_word_is_refused(tmp_path: Path):
    (sentence,) = refusal_of(ACCOUNTS + NORTH + 'orders = "mine"\n', tmp_path)
    assert "sources.north.orders" in sentence
    assert "assigned" in sentence
