"""The credentials of one account on each platform, at any URL."""

from worker.order_api.credentials import Credentials
from worker.order_api.platforms import PLATFORMS

SECRET = "whsec_very_secret"


def credentials_at(url: str, platform: str = "awalchat", **settings: object) -> Credentials:
    """Return valid credentials for the platform at *url*; *settings* replaces some of their fields."""
    fields: dict[str, dict[str, object]] = {
        "awalchat": {
            "base_url": f"{url}/api/v1",
            "domain": "shop",
            "client_id": "client",
            "hmac_secret": SECRET,
            "phone_number_id": "123456",
        },
        "cekat": {"base_url": url, "api_key": SECRET},
    }
    return PLATFORMS[platform].credentials.model_validate(fields[platform] | settings)
