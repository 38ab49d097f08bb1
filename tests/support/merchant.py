"""One account at a sandbox in a process of its own, and the hand that moves the sandbox."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx

from tests.support.awalchat_account import SECRET, credentials_at
from worker.order_api.accounts import Surroundings
from worker.order_api.client import Client, Patience

PATIENCE = Patience(timedelta(seconds=0.3), timedelta(seconds=0.3), timedelta(seconds=0.6))


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """Run a sandbox; gives its URL."""
    words = [sys.executable, "-m", "deploy.sandbox", "--domain", "shop", "--client-id", "client"]
    words += ["--phone-number-id", "123456", *options]
    environment = {**os.environ, "SANDBOX_HMAC_SECRET": SECRET}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            listening = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            assert listening, "the sandbox did not start"
            yield listening[0]
        finally:
            process.terminate()


class Merchant:
    """One account at the sandbox, and the hand that moves the sandbox."""

    def __init__(self, url: str, client: Client, **settings: object) -> None:
        self.waits: list[int] = []
        self.surroundings = Surroundings(
            client, lambda: time.time_ns() // 1000, ZoneInfo("Asia/Riyadh"), self.waits.append
        )
        self.credentials = credentials_at(url, **settings)
        self.orders = self.credentials.connect(self.surroundings)
        self._hand = httpx.Client(base_url=f"{url}/_sandbox", trust_env=False)
        self.close = self._hand.close

    def do(self, method: str, path: str, **fields: object) -> httpx.Response:
        return self._hand.request(method, path, json=fields or None).raise_for_status()

    def order(self, **fields: object) -> None:
        self.do("POST", "/orders", id=1, **fields)

    def fault(self, kind: str, **fields: object) -> None:
        self.do("POST", "/faults", kind=kind, **fields)

    def shown(self) -> dict[str, object]:
        shown: dict[str, object] = self.do("GET", "/orders/1").json()
        return shown

    def totals(self) -> dict[str, int]:
        totals: dict[str, int] = self.do("GET", "/totals").json()
        return totals
