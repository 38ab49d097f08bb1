"""A client of the sandbox that simulates Cekat."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.sandbox.cekat.account import Account
from deploy.sandbox.cekat.answers import SHAPES
from deploy.sandbox.cekat.platform import Cekat
from deploy.sandbox.world import Limit
from tests.unit.sandbox.conftest import Answer, Api, Clock, sender

KEY = "cekat-key"
ITEM = {"product_id": "mug", "quantity": 2, "price": 4.5}
NEW = {"customer_id": "ann", "items": [ITEM], "total": 9}


class CekatApi(Api):
    """Calls Cekat's order API and the control API."""

    query = ""

    def signed(self, method: str, target: str, body: bytes = b"", *, signs: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {KEY}"}

    def create(self, **fields: object) -> Answer:
        return self.call("POST", "/orders", json.dumps({**NEW, **fields}).encode())

    def list(self, query: str = "") -> Any:
        answer = self.call("GET", "/orders", query=query)
        assert answer.code == 200, answer
        return answer.json

    def found(self, query: str = "") -> Any:
        return [order["id"] for order in self.list(query)["data"]]


def in_process(clock: Clock, limit: Limit | None = None, *, shape: str = "usual", base_path: str = "") -> CekatApi:
    platform = Cekat(Account(api_key=KEY, base_path=base_path), SHAPES[shape])
    return CekatApi(sender(platform, clock, limit), clock, f"{base_path}/api")


@pytest.fixture
def api(clock: Clock) -> CekatApi:
    """The sandbox in this process, without a socket."""
    return in_process(clock)


@pytest.fixture
def other(clock: Clock) -> CekatApi:
    """The same, speaking the other of the two documented shapes."""
    return in_process(clock, shape="other")


@pytest.fixture
def another(clock: Clock) -> Callable[..., CekatApi]:
    """Builds a sandbox in this process with another limit or base path."""

    def build(limit: Limit | None = None, **options: str) -> CekatApi:
        return in_process(clock, limit, **options)

    return build
