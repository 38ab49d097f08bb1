import pytest

from worker.cli.demo.next_steps import settings_like
from worker.cli.demo.shops import SHOPS
from worker.settings import Settings, load_settings


def written(folder, *shops) -> Settings:
    lines = [line for shop in shops for line, _ in settings_like(shop)]
    config = folder / "fulfillment.toml"
    config.write_text(
        "\n".join(lines).replace('url = "…"', 'url = "https://shop.example/v1"').replace("…", "a-good-word")
    )
    return load_settings({"FULFILLMENT_CONFIG": str(config)})


@pytest.mark.parametrize("shop", SHOPS.values(), ids=[*SHOPS])
def test_the_settings_that_it_asks_for_are_all_that_one_account_needs(tmp_path, shop):
    settings = written(tmp_path, shop)
    assert settings.accounts[shop.account].platform == shop.idiom.platform
    assert {name: source.profile for name, source in settings.sources.items()} == shop.sources


def test_both_accounts_may_be_in_one_file(tmp_path):
    assert {*written(tmp_path, *SHOPS.values()).accounts} == {*SHOPS}


def test_what_is_to_be_set_is_explained():
    explained = {line.partition(" =")[0]: meaning for shop in SHOPS.values() for line, meaning in settings_like(shop)}
    assert all(explained[key] for key in ("base_url", "api_key", "secrets"))
