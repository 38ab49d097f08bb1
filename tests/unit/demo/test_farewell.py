from worker.cli.demo.farewell import SETTINGS
from worker.settings import load_settings


def test_the_settings_that_it_asks_for_are_all_that_a_real_account_needs(tmp_path):
    config = tmp_path / "fulfillment.toml"
    filled = SETTINGS.replace("https://…", "https://shop.example/api/v1").replace("…", "a-good-word")
    config.write_text(filled)
    settings = load_settings({"FULFILLMENT_CONFIG": str(config)})
    assert list(settings.accounts) == ["main"]
    assert list(settings.sources) == ["awalchat", "courier"]
