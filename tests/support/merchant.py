"""One account at a sandbox in a process of its own, and the hand that moves the sandbox."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.support.credentials import SECRET, credentials_at
from worker.order_api.accounts import AccountContext
from worker.order_api.http.client import Client, Timeouts

TIMEOUT = Timeouts(timedelta(seconds=0.3), timedelta(seconds=0.3), timedelta(seconds=0.6))


@dataclass(frozen=True, slots=True)
class Ways:
    """How one platform's sandbox says what tests want to say.

    *options* are those of its command line, *secret* the variable that takes the account's secret. *paid* are the
    fields of a pending order that is paid, *notes* is the field of its notes, *harms* are the totals of what a client
    may destroy.
    """

    options: tuple[str, ...]
    secret: str
    paid: Mapping[str, object]
    notes: str
    harms: tuple[str, ...]


WAYS = {
    "awalchat": Ways(
        ("--domain", "shop", "--client-id", "client", "--phone-number-id", "123456"),
        "SANDBOX_HMAC_SECRET",
        {"payment_status": "paid"},
        "admin_notes",
        ("unpaid_by_default",),
    ),
    "cekat": Ways(
        ("--platform", "cekat", "--rate-limit", "200"),
        "SANDBOX_API_KEY",
        {"status": "paid"},
        "notes",
        ("notes_lost", "metadata_lost"),
    ),
}


@contextmanager
def sandbox(*options: str, platform: str = "awalchat") -> Iterator[str]:
    """Run a sandbox; gives its URL."""
    words = [sys.executable, "-m", "deploy.sandbox", *WAYS[platform].options, *options]
    environment = {**os.environ, WAYS[platform].secret: SECRET}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            listening = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            assert listening, "the sandbox did not start"
            yield listening[0]
        finally:
            process.terminate()


class Merchant:
    """One account at the sandbox, and the hand that moves the sandbox."""

    def __init__(self, url: str, client: Client, platform: str = "awalchat", **settings: object) -> None:
        self.waits: list[int] = []
        self.ways = WAYS[platform]
        self.context = AccountContext(
            client, lambda: time.time_ns() // 1000, ZoneInfo("Asia/Riyadh"), self.waits.append
        )
        self.credentials = credentials_at(url, platform, **settings)
        self.orders = self.credentials.connect(self.context)
        self.book = self.credentials.orders_client(self.context)
        self._hand = httpx.Client(base_url=f"{url}/_sandbox", trust_env=False)
        self.close = self._hand.close

    def do(self, method: str, path: str, **fields: object) -> httpx.Response:
        return self._hand.request(method, path, json=fields or None).raise_for_status()

    def order(self, **fields: object) -> None:
        self.do("POST", "/orders", **{"id": 1, **fields})

    def fault(self, kind: str, **fields: object) -> None:
        self.do("POST", "/faults", kind=kind, **fields)

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.do("GET", "/orders/1").json()
        return shown

    def notes(self) -> object:
        """The order's notes, as people see them there."""
        return self.shown()[self.ways.notes]

    def totals(self) -> dict[str, int]:
        totals: dict[str, int] = self.do("GET", "/totals").json()
        return totals

    def harm(self) -> int:
        """How often a call was illegal, said the same again, or destroyed what others had written."""
        totals = self.totals()
        return sum(totals[name] for name in ("illegal", "repeat", *self.ways.harms))
