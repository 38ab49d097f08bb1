"""Houses for the acceptance tests; what their programs said is shown with a test that fails."""

import os
from collections.abc import Callable, Generator, Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from tests.conftest import new_database
from tests.support.house import House

HOUSES: list[House] = []
TOLD = 6_000
"""Characters of each log that are shown."""

_numbers = count(1)


@pytest.fixture(scope="module")
def build() -> Iterator[Callable[..., House]]:
    """Builds houses, and closes them after the last test of the module."""
    built: list[House] = []

    def build_one(*arguments: Any, **settings: Any) -> House:
        built.append(House(*arguments, **settings))
        HOUSES.append(built[-1])
        return built[-1]

    yield build_one
    for house in built:
        HOUSES.remove(house)
        house.close()


@pytest.fixture(scope="module")
def house(build: Callable[..., House]) -> House:
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
        for house in HOUSES:
            for program in house.programs.values():
                report.sections.append((f"{program.name} said", program.said[-TOLD:]))
    return report
