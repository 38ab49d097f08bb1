"""Browsers for the console, and an installation with orders of each kind."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.conftest import INSTALLATIONS, TIMEOUT_SECONDS
from tests.support.browser import TIMEOUT_MS, Visitor, running_browser
from tests.support.console import ConsoleInstallation

expect.set_options(timeout=TIMEOUT_MS)

Visit: TypeAlias = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Its event loop runs in the thread of the tests, so no other test of the process may meet it.
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def build_console() -> Iterator[Callable[..., ConsoleInstallation]]:
    """Builds installations with a console, and closes them after the last test of the module."""
    with ExitStack() as stack:

        def build_one(*arguments: Any, **settings: Any) -> ConsoleInstallation:
            built = ConsoleInstallation(*arguments, **settings)
            INSTALLATIONS.append(built)
            stack.callback(INSTALLATIONS.remove, built)
            stack.callback(built.close)
            return built

        yield build_one


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; a test fails if a page of theirs has done anything wrong."""
    with ExitStack() as stack:

        def visit_one(origin: str, **fields: Any) -> Visitor:
            visitor: AbstractContextManager[Visitor] = Visitor(browser, origin, **fields)
            return stack.enter_context(visitor)

        yield visit_one
