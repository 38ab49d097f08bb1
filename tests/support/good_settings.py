"""Valid settings, for tests that change one of them."""

from pathlib import Path

import pytest

from worker.domain.errors import SettingsError
from worker.settings import load_settings

P = "FULFILLMENT_"
MAIN = f"{P}ACCOUNTS__MAIN__"
COURIER = f"{P}SOURCES__COURIER__"
SECRET = "s3cr3t-that-nobody-may-see"

GOOD = {
    f"{P}CONFIG": "",  # no file, even if the working directory has one
    f"{MAIN}PLATFORM": "awalchat",
    f"{MAIN}BASE_URL": "https://api.example/v1/",
    f"{MAIN}DOMAIN": "shop",
    f"{MAIN}CLIENT_ID": "client",
    f"{MAIN}HMAC_SECRET": "hmac-secret",
    f"{MAIN}PHONE_NUMBER_ID": "123456",
    f"{COURIER}SECRETS": "whsec_of_the_courier_of_these_tests",
}
OTHER = {name.replace(MAIN, f"{P}ACCOUNTS__OTHER__"): value for name, value in GOOD.items() if name.startswith(MAIN)}
TOML = """
log_level = "warning"
[accounts.main]
platform = "awalchat"
base_url = "https://api.example/v1"
domain = "shop"
client_id = "client"
hmac_secret = "from-the-file"
phone_number_id = "123456"
timezone = "Asia/Riyadh"
[sources.courier]
secrets = ["current-one", "previous-one"]
"""


def refusal(environ: dict[str, str], folder: Path | None = None) -> str:
    """Return the message of the error that *environ* causes; *folder* is the working directory."""
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, folder)
    assert caught.value.reason == "settings_invalid"
    return str(caught.value)


def refusal_of(toml: str, folder: Path) -> list[str]:
    """Return the sentences of the error that *toml*, written to `fulfillment.toml` in *folder*, causes by itself."""
    (folder / "fulfillment.toml").write_text(toml)
    return refusal({}, folder).split("\n")
