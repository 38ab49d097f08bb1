"""One account at a sandbox in a process of its own, and the control of that sandbox."""

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
from worker.domain.accounts.observations import Observation
from worker.order_api.account_session import AccountContext
from worker.order_api.accounts import open_account
from worker.order_api.http.client import Client, Timeouts

PATIENT = Timeouts(timedelta(minutes=1), timedelta(minutes=1), timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class SandboxTraits:
    """What tests must know of one platform's sandbox."""

    options: tuple[str, ...]
    """The account's part of its command line."""
    secret: str
    """The environment variable with the account's secret."""
    paid: Mapping[str, object]
    """The fields of a pending order that is paid."""
    notes: str
    """The field of an order's notes."""
    harms: tuple[str, ...]
    """The totals that count what a client has destroyed."""


TRAITS = {
    "awalchat": SandboxTraits(
        options=("--domain", "shop", "--client-id", "client", "--phone-number-id", "123456"),
        secret="SANDBOX_HMAC_SECRET",
        paid={"payment_status": "paid"},
        notes="admin_notes",
        harms=("unpaid_by_default",),
    ),
    "cekat": SandboxTraits(
        options=("--platform", "cekat", "--rate-limit", "200"),
        secret="SANDBOX_API_KEY",
        paid={"status": "paid"},
        notes="notes",
        harms=("notes_lost", "metadata_lost"),
    ),
}


@contextmanager
def sandbox(*options: str, platform: str = "awalchat") -> Iterator[str]:
    """Run a sandbox, and yield its URL."""
    traits = TRAITS[platform]
    command = [sys.executable, "-m", "deploy.sandbox", *traits.options, *options]
    environment = {**os.environ, traits.secret: SECRET}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            listening = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            assert listening, "the sandbox did not start"
            yield listening[0]
        finally:
            process.terminate()


class SandboxAccount:
    """One account at the sandbox, and the sandbox's control API."""

    def __init__(self, url: str, client: Client, platform: str = "awalchat", **settings: object) -> None:
        self.observed: list[Observation] = []
        """What the answers say about the account's rate limit."""
        self.traits = TRAITS[platform]
        self.context = AccountContext(
            client, lambda: time.time_ns() // 1000, ZoneInfo("Asia/Riyadh"), self.observed.append
        )
        self.credentials = credentials_at(url, platform, **settings)
        account = open_account(self.credentials, self.context)
        self.api, self.orders_client, self.check = account.order_api(), account.orders_client(), account.check
        self._control = httpx.Client(base_url=f"{url}/_sandbox", trust_env=False)
        self.close = self._control.close

    def control(self, method: str, path: str, **fields: object) -> httpx.Response:
        """Call the control API."""
        return self._control.request(method, path, json=fields or None).raise_for_status()

    def order(self, **fields: object) -> None:
        """Create an order in the sandbox, by default with the id 1."""
        self.control("POST", "/orders", **{"id": 1, **fields})

    def orders(self, *order_ids: int, **fields: object) -> None:
        """Create orders with the same *fields* in the sandbox."""
        documents = [{"id": order_id, **fields} for order_id in order_ids]
        self._control.post("/orders", json=documents).raise_for_status()

    def fault(self, kind: str, **fields: object) -> None:
        self.control("POST", "/faults", kind=kind, **fields)

    def order_document(self) -> dict[str, Any]:
        """Return the order 1 as the platform has it."""
        document: dict[str, Any] = self.control("GET", "/orders/1").json()
        return document

    def notes(self) -> object:
        """Return the notes of the order 1."""
        return self.order_document()[self.traits.notes]

    def totals(self) -> dict[str, int]:
        totals: dict[str, int] = self.control("GET", "/totals").json()
        return totals

    def harm(self) -> int:
        """Return how often a call was illegal or repeated, or destroyed what others had written."""
        totals = self.totals()
        return sum(totals[name] for name in ("illegal", "repeat", *self.traits.harms))
