"""Houses for the acceptance tests; what their programs said is shown with a test that fails."""

import os
from collections.abc import Callable, Generator, Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from tests.conftest import new_database
from tests.support.installation import Installation

INSTALLATIONS: list[Installation] = []
TOLD = 6_000
"""Characters of each log that are shown."""

_numbers = count(1)


@pytest.fixture(scope="module")
def build() -> Iterator[Callable[..., Installation]]:
    """Builds houses, and closes them after the last test of the module."""
    built: list[Installation] = []

    def build_one(*arguments: Any, **settings: Any) -> Installation:
        built.append(Installation(*arguments, **settings))
        INSTALLATIONS.append(built[-1])
        return built[-1]

    yield build_one
    for installation in built:
        INSTALLATIONS.remove(installation)
        installation.close()


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation]) -> Installation:
    """A house on SQLite, open."""
    return build().open()


@pytest.fixture(scope="module")
def empty_postgresql(postgresql_server: psycopg.Connection) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this module's own."""
    yield from new_database(postgresql_server, f"fulfillment_house_{os.getpid()}_{next(_numbers)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed:
        for installation in INSTALLATIONS:
            for program in installation.programs.values():
                report.sections.append((f"{program.name} said", program.said[-TOLD:]))
    return report
