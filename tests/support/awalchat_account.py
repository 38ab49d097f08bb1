"""The credentials of one awalchat account, wherever its platform listens."""

from worker.order_api.accounts import Credentials
from worker.order_api.platforms import PLATFORMS

SECRET = "whsec_very_secret"


def credentials_at(url: str, **settings: object) -> Credentials:
    """Return credentials that are right for the platform at *url*, but for *settings*."""
    fields: dict[str, object] = {
        "base_url": f"{url}/api/v1",
        "domain": "shop",
        "client_id": "client",
        "hmac_secret": SECRET,
        "phone_number_id": "123456",
    }
    return PLATFORMS["awalchat"].credentials.model_validate(fields | settings)
