"""The page of each built-in courier agrees with its profile, and its settings load."""

import re
from pathlib import Path

import pytest

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import meaning
from tests.support.couriers.samples import Courier
from tests.support.good_settings import TOML
from tests.support.page_secrets import with_own_secrets
from tests.support.pages import README, ROOT, first_words, plain_table, table
from webhook_receiver.profiles.schema.files import load_profile
from webhook_receiver.profiles.schema.trust import trust_in
from worker.settings import load_settings

FOLDER = ROOT / "deploy" / "couriers"
INDEX = FOLDER / "README.md"
EXAMPLE = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
every_courier = pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.profile)


def page_of(courier: Courier) -> Path:
    return FOLDER / f"{courier.profile}.md"


def test_every_courier_has_a_page_and_a_row_of_the_index():
    names = {courier.profile for courier in COURIERS}
    assert {page.stem for page in FOLDER.glob("*.md")} == names | {"README"}
    assert {row[0].partition("]")[0].strip("[") for row in table(INDEX, "| profile |")} == names


@every_courier
def test_the_index_says_how_far_each_courier_can_be_trusted_and_what_it_names(courier: Courier):
    profile = load_profile(courier.profile)
    trust = trust_in(next(iter(profile.auth.values())), None)
    names = "order and parcel" if profile.read.number else "parcel only"
    (row,) = [
        row for row in plain_table(INDEX, "| profile |") if row[0] == f"[{courier.profile}]({courier.profile}.md)"
    ]
    assert row[2:] == [trust, names]


@every_courier
def test_the_settings_of_the_page_load(courier: Courier, tmp_path: Path):
    examples = EXAMPLE.findall(page_of(courier).read_text())
    assert examples
    for example in examples:
        (tmp_path / "fulfillment.toml").write_text(TOML + with_own_secrets(example))
        settings = load_settings({}, tmp_path)
        assert settings.sources[courier.profile].profile.name == courier.profile


@every_courier
def test_the_page_has_the_url_that_the_courier_must_be_told(courier: Courier):
    assert f"https://hooks.example.com/webhooks/{courier.profile}`" in page_of(courier).read_text()


@every_courier
def test_the_page_has_exactly_the_events_that_the_courier_can_report(courier: Courier):
    status = load_profile(courier.profile).status
    events = {f"shipment.{row[-1][0]}" for row in status.rows if row[-1][0] != "info"} if status else set()
    assert set(first_words(page_of(courier), "## What it reports")) == events


@every_courier
def test_each_word_of_the_page_means_the_event_beside_it(courier: Courier):
    for event, words in table(page_of(courier), "## What it reports"):
        for word in re.findall(r"`([\w-]+)`", words):
            assert f"shipment.{meaning(courier, word)}" == event.strip("`"), word


@every_courier
def test_the_first_sentences_of_the_readme_name_the_courier(courier: Courier):
    (name,) = re.findall(r"^# (\w+)", page_of(courier).read_text())
    assert name in README.read_text().partition("```")[0]


@every_courier
def test_a_page_whose_courier_names_no_order_has_the_command_that_registers_a_parcel_of_any_order(courier: Courier):
    read = load_profile(courier.profile).read
    commands = re.findall(r"`(fulfillment parcels add [^`]*)`", page_of(courier).read_text())
    names_order = bool(read.order or read.number)
    assert [command.endswith(" --create") for command in commands] == ([] if names_order else [True])
