"""The sandbox that simulates Cekat, in this process, without a socket."""

from collections.abc import Callable

import pytest

from deploy.sandbox.cekat.account import Account
from deploy.sandbox.cekat.platform import Cekat
from deploy.sandbox.cekat.responses import SHAPES
from deploy.sandbox.rate_limit import Limit
from tests.support.sandbox_api import API_KEY, ApiResponse, CekatSandboxApi, ManualClock, in_process


@pytest.fixture
def build_api(clock: ManualClock) -> Callable[..., CekatSandboxApi]:
    """Builds a sandbox of Cekat with another rate limit, shape or base path."""

    def build(limit: Limit | None = None, *, shape: str = "usual", base_path: str = "") -> CekatSandboxApi:
        platform = Cekat(Account(api_key=API_KEY, base_path=base_path), SHAPES[shape])
        return CekatSandboxApi(in_process(platform, clock, limit), clock.time, f"{base_path}/api")

    return build


@pytest.fixture
def api(build_api: Callable[..., CekatSandboxApi]) -> CekatSandboxApi:
    return build_api()


@pytest.fixture
def other_shape_api(build_api: Callable[..., CekatSandboxApi]) -> CekatSandboxApi:
    """The sandbox with the other of the two documented shapes."""
    return build_api(shape="other")


def invalid_fields(response: ApiResponse) -> set[str]:
    """Return the fields that a 400 names."""
    assert response.status == 400, response
    assert set(response.json) == {"success", "error"}
    assert response.json["success"] is False
    assert set(response.json["error"]) == {"code", "message", "details"}
    assert response.json["error"]["code"] == "VALIDATION_ERROR"
    return {detail["field"] for detail in response.json["error"]["details"]}


def error_status(response: ApiResponse) -> int:
    """Return the status of an error in the other format, which has no code."""
    assert set(response.json) == {"success", "status_code", "error"}
    assert (response.json["success"], response.json["status_code"]) == (False, response.status)
    assert set(response.json["error"]) == {"message"}
    return response.status
