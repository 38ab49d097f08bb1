"""Installations for the acceptance tests. A test that fails shows the output of their programs."""

import os
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import new_database
from tests.support.installation import Installation, patient

INSTALLATIONS: list[Installation] = []
"""Those that are open."""
SHOWN = 6_000
"""Characters of each program's output."""

TIMEOUT_SECONDS = 300
"""For one test. On a busy machine, whole installations need more than other tests."""

_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.fixture(scope="module")
def build() -> Iterator[Callable[..., Installation]]:
    """Builds installations, and closes them after the last test of the module, unless the test has done so."""
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
    """A running installation on SQLite."""
    return build(**patient()).open()


@pytest.fixture(scope="module")
def empty_postgresql(postgresql_server: psycopg.Connection) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, of this module alone."""
    yield from new_database(postgresql_server, f"fulfillment_installation_{os.getpid()}_{next(_numbers)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed:
        for installation in (each for each in INSTALLATIONS if each.folder.exists()):
            for program in installation.programs.values():
                report.sections.append((f"output of {program.name}", program.log[-SHOWN:]))
    return report
