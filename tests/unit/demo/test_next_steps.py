import re
from itertools import count

import pytest

from worker.cli.demo.next_steps import MAX_WIDTH, commented, print_next_steps, required_settings
from worker.cli.demo.shops import SHOPS
from worker.cli.printing import Output
from worker.settings import Settings, load_settings


def load_required(folder, *shops) -> Settings:
    """Load the settings that the demo asks for, with a value of its own in every blank."""
    lines = [line for shop in shops for setting in required_settings(shop) for line in commented(*setting)]
    config = folder / "fulfillment.toml"
    text, number = "\n".join(lines).replace('url = "…"', 'url = "https://shop.example/v1"'), count()
    config.write_text(re.sub("…", lambda _: f"a-good-word-{next(number)}", text))
    return load_settings({"FULFILLMENT_CONFIG": str(config)})


@pytest.mark.parametrize("shop", SHOPS.values(), ids=[*SHOPS])
def test_the_settings_that_it_asks_for_are_all_that_one_account_needs(tmp_path, shop):
    settings = load_required(tmp_path, shop)
    assert settings.accounts[shop.account].platform == shop.platform.name
    assert {name: source.profile.name for name, source in settings.sources.items()} == {
        name: sender.profile for name, sender in shop.senders.items()
    }


def test_both_accounts_may_be_in_one_file(tmp_path):
    assert {*load_required(tmp_path, *SHOPS.values()).accounts} == {*SHOPS}


def test_what_must_be_filled_in_is_explained():
    meanings = {
        line.partition(" =")[0]: meaning for shop in SHOPS.values() for line, meaning in required_settings(shop)
    }
    assert all(meanings[key] for key in ("base_url", "api_key", "secrets"))


def test_the_file_is_made_private_and_secrets_are_made_by_chance(capsys):
    print_next_steps(Output())
    out = capsys.readouterr().out
    assert "chmod 600 fulfillment.toml" in out
    assert " secrets new\n" in out


def test_every_line_fits_into_a_terminal():
    lines = [line for shop in SHOPS.values() for setting in required_settings(shop) for line in commented(*setting)]
    assert max(map(len, lines)) <= MAX_WIDTH
    assert [line for line in lines if line.startswith("#")]


def test_a_profile_with_two_methods_gets_a_table_of_secrets():
    lines = [line for shop in SHOPS.values() for line, _ in required_settings(shop)]
    assert 'secrets = { signature = ["…"], token = ["…"] }' in lines
    assert 'secrets = ["…"]' in lines
