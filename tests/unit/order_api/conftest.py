"""Every platform, and what it answers."""

import pytest

from tests.support.answers import Answers
from worker.order_api.platforms import PLATFORMS


@pytest.fixture(scope="module", params=[*PLATFORMS])
def platform(request: pytest.FixtureRequest) -> str:
    """The name of a platform. A test that uses this fixture, or the following one, runs on each platform."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def answers(platform: str) -> Answers:
    return Answers(platform)
