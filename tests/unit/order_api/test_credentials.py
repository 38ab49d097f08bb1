"""The credentials of an account are checked when they are read, and they identify the account."""

import pytest
from pydantic import ValidationError

from tests.support.credentials import SECRET, credentials_at
from worker.order_api.platforms import PLATFORMS

URL = "https://shop.example"
COMMON = [("base_url", "http://shop.example"), ("unheard_of", "something")]
"""Settings that are wrong on every platform."""


@pytest.mark.parametrize(
    ("platform", "setting", "value"),
    [
        *((platform, *wrong) for platform in PLATFORMS for wrong in COMMON),
        ("awalchat", "hmac_secret", "1234567"),
        ("awalchat", "domain", ""),
        ("awalchat", "domain", "a b"),
        ("awalchat", "client_id", "a\r\nX-Evil: 1"),
        ("awalchat", "client_id", "a\n"),
        ("awalchat", "phone_number_id", "1&limit=1"),
        ("awalchat", "phone_number_id", ""),
        ("awalchat", "signed_path", "half"),
        ("awalchat", "branch_id", 0),
        ("cekat", "api_key", "1234567"),
        ("cekat", "api_key", "long enough"),
        ("cekat", "api_key", "long-enough\r\nX-Evil: 1"),
        ("cekat", "api_key", "long-énough"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(platform, setting, value):
    with pytest.raises(ValidationError) as refused:
        credentials_at(URL, platform, **{setting: value})
    message = str(refused.value)
    assert refused.value.errors()[0]["loc"] == (setting,)
    assert SECRET not in message
    assert not (value and str(value) in message)


@pytest.mark.parametrize(
    ("platform", "settings", "same"),
    [
        *((platform, {}, True) for platform in PLATFORMS),
        *((platform, {"base_url": "https://elsewhere.example"}, False) for platform in PLATFORMS),
        ("awalchat", {"hmac_secret": "another_secret"}, True),
        ("awalchat", {"domain": "another"}, False),
        ("awalchat", {"phone_number_id": "7"}, False),
        ("cekat", {"api_key": "another-key"}, False),
    ],
)
def test_two_accounts_have_the_same_identity_if_they_have_the_same_orders(platform, settings, same):
    identity = credentials_at(URL, platform).identity
    assert (credentials_at(URL, platform, **settings).identity == identity) is same
