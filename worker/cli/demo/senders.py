"""The stand-ins for whoever posts webhooks: they sign, post, and keep what they are answered."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.script import Signing
from worker.domain.signing import SignedRequest, signed_headers

TIMEOUT = 10.0
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender was answered. *outcome* is the receiver's word, *delivery* the id that it gave, if any."""

    source: str
    status: int
    outcome: str
    delivery: int | None = None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the sender may forget its news now."""
        return self.status in range(200, 300)


class Senders:
    """Posts to the receiver at *url*, for each source signed with its secret; keeps all *receipts*."""

    def __init__(self, url: str, secrets: Mapping[str, str]) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False)
        self._secrets = secrets
        self.receipts: list[Receipt] = []

    def post(self, source: str, document: Mapping[str, object], signed: Signing = "well") -> Receipt:
        """Post one document and return what it was answered; raises `DemoFailed` when there is no answer."""
        body, path = json.dumps(document).encode(), f"/webhooks/{source}"
        timestamp = str(int(time.time()) - (HOUR if signed == "an hour old" else 0))
        secret = self._secrets[source] if signed != "forged" else "whoever-knows-no-secret"
        request = SignedRequest(b"POST", path.encode(), b"", timestamp.encode(), body)
        headers = {"Content-Type": "application/json", **signed_headers(secret.encode(), request)}
        receipt = _receipt(source, self._send(path, body, headers))
        self.receipts.append(receipt)
        return receipt

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def _send(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        try:
            return self._http.post(path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise DemoFailed(
                f"The receiver did not answer a sender: {error!s:.200} ({type(error).__name__})."
            ) from error


def _receipt(source: str, response: httpx.Response) -> Receipt:
    try:
        told = response.json()
    except ValueError as error:
        raise DemoFailed(f"The receiver's answer is no JSON; its status is {response.status_code}.") from error
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return Receipt(source, response.status_code, "stale" if told["reason"] == "stale" else "refused")
    if response.is_success:
        return Receipt(source, response.status_code, told["status"], told.get("delivery_id"))
    return Receipt(source, response.status_code, told["reason"])
