import pytest

from worker.cli.demo.installation import Installation
from worker.cli.demo.shops import SHOPS
from worker.settings import load_settings


@pytest.fixture
def installation(tmp_path):
    return Installation.create(tmp_path, [8001, 8002, 8003])


def test_its_environment_has_the_settings_of_every_account_and_source(tmp_path, installation):
    settings = load_settings(installation.environ())
    assert settings.data_dir == tmp_path
    assert {name: account.platform for name, account in settings.accounts.items()} == {
        name: shop.platform.name for name, shop in SHOPS.items()
    }
    assert {name: source.account for name, source in settings.sources.items()} == {
        source: shop.account for shop in SHOPS.values() for source in shop.senders
    }


def test_settings_of_the_person_who_runs_it_are_neither_read_nor_passed_on(tmp_path, installation, monkeypatch):
    (tmp_path / "fulfillment.toml").write_text("no settings at all")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FULFILLMENT_CONFIG", "mine.toml")
    monkeypatch.setenv("FULFILLMENT_ACCOUNTS__MINE__PLATFORM", "cekat")
    monkeypatch.setenv("SANDBOX_PORT", "1")
    assert set(load_settings(installation.environ()).accounts) == {*SHOPS}
    for shop in SHOPS.values():
        assert installation.sandbox_environ(shop)["SANDBOX_PORT"] in {"8002", "8003"}


def test_no_two_secrets_are_equal_and_each_sandbox_has_the_credentials_of_its_account(installation):
    of_sources = [secret for by_method in installation.source_secrets.values() for secret in by_method.values()]
    secrets = [*installation.account_secrets.values(), *of_sources]
    assert len(secrets) == len(set(secrets))
    environ = installation.environ()
    for shop in SHOPS.values():
        sandbox = installation.sandbox_environ(shop)
        for name in (shop.secret_name, *shop.credentials):
            assert sandbox[f"SANDBOX_{name}"] == environ[f"FULFILLMENT_ACCOUNTS__{shop.account.upper()}__{name}"]


def test_its_settings_file_says_the_same_and_only_its_user_can_read_it(tmp_path, installation):
    installation.write_settings()
    assert load_settings({}, tmp_path) == load_settings(installation.environ())
    assert (tmp_path / "fulfillment.toml").stat().st_mode & 0o777 == 0o600
