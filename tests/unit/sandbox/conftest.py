"""The sandbox in this process, without a socket, with a clock that the test sets."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from deploy.sandbox import delays
from deploy.sandbox.awalchat.account import Account
from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.rate_limit import Limit
from tests.support.sandbox_api import HMAC_SECRET, ManualClock, SandboxApi, in_process

ACCOUNT = {"domain": "shop", "client_id": "client", "phone_number_id": "123456", "hmac_secret": HMAC_SECRET}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """The actions that the sandbox has scheduled. Each happens when the test calls it."""
    actions = list[Callable[[], object]]()

    def timer(_delay_s: float, action: Callable[[], object]) -> Mock:
        return Mock(start=lambda: actions.append(action))

    monkeypatch.setattr(delays, "Timer", timer)
    return actions


@pytest.fixture
def build_api(clock: ManualClock) -> Callable[..., SandboxApi]:
    """Builds a sandbox of awalchat with another rate limit or other account fields."""

    def build(limit: Limit | None = None, **account_fields: Any) -> SandboxApi:
        account = Account(**(ACCOUNT | account_fields))
        return SandboxApi(in_process(Awalchat(account), clock, limit), clock.time, account.base_path)

    return build


@pytest.fixture
def api(build_api: Callable[..., SandboxApi]) -> SandboxApi:
    return build_api()
