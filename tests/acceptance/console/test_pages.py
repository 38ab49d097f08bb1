"""Every page of the console in a browser: it loads, does nothing wrong, and everybody can use it."""

from collections.abc import Callable

import pytest

from tests.acceptance.console.conftest import Visit
from tests.support.console import ConsoleInstallation

PAGES = ("/about",)


@pytest.fixture(scope="module")
def console(build_console: Callable[..., ConsoleInstallation]) -> ConsoleInstallation:
    return build_console().open()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_does_nothing_wrong(console: ConsoleInstallation, visit: Visit, path: str):
    visitor = visit(console.console_url)
    visitor.open(path)
    assert visitor.page.get_by_role("heading", level=1).count() == 1
    assert visitor.grave_findings() == []
