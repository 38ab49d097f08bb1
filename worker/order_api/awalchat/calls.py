"""One call of one account: its URL, its headers, and what its answer says about the next call."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from worker.order_api.accounts import Surroundings
from worker.order_api.awalchat.auth import AwalchatAuth
from worker.order_api.client import Answer
from worker.order_api.rate_limits import is_exhausted, pause


@dataclass(frozen=True, slots=True, repr=False)
class Calls:
    """Sends the calls of one account."""

    base_url: str
    phone_number_id: str
    auth: AwalchatAuth
    surroundings: Surroundings

    def __call__(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """Send one call; *path* begins after the base URL. Raises `Transient` when nothing usable comes back."""
        parameters = urlencode({"phone_number_id": self.phone_number_id, **(query or {})})
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.base_url}{path}?{parameters}"
        answer = self.surroundings.client.send(method, url, self.auth, headers, content)
        if is_exhausted(answer.headers):
            self.surroundings.exhausted(pause(answer.headers, self.surroundings.now()))
        return answer
