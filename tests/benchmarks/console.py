"""The console's pages over 100,000 orders: processor time of a request in its process, on both databases."""

import time
from collections.abc import Iterator
from contextlib import closing
from statistics import median

from flask import Flask

from tests.benchmarks import installations, rows
from tests.benchmarks.figures import Goal, formatted
from tests.benchmarks.resources import database_seconds
from tests.support.console_pages import LISTS, SINGLE
from tests.support.installation import Installation
from worker.console.wiring import open_app
from worker.settings import load_settings

ORDERS, ACCOUNTS, ROUNDS = 100_000, 10, 5
PAGES = (*SINGLE, *LISTS, "/orders/shop1/1", "/deliveries/1")
GOAL = Goal("≤", 300)
"""Milliseconds."""


def run() -> Iterator[str]:
    """Measure on both databases."""
    yield from _on("SQLite", "")
    with installations.empty_postgresql() as url:
        yield from _on("PostgreSQL", url)


def _on(where: str, url: str) -> Iterator[str]:
    with installations.installation(url) as installation:
        with closing(rows.open_database(installation.database_url)) as database:
            rows.fill_shops(database, ORDERS, ACCOUNTS)
        yield f"{where}, {ORDERS:,} orders: ms of processor time of a page, and of PostgreSQL's processes for it"
        with open_app(load_settings(installation.environ)) as app:
            costs = {path: _cost(installation, app, path) for path in PAGES}
    for path, (ours, servers) in costs.items():
        yield f"  {path}: {formatted(ours)} + {formatted(servers)}"
    slowest = max(ours for ours, _ in costs.values())
    yield f"  the slowest: {formatted(slowest)}{GOAL.verdict(slowest)}"


def _cost(installation: Installation, app: Flask, path: str) -> tuple[float, float]:
    """Return milliseconds of this process, the median of some requests, and of the database's, their mean."""
    client, used, before = app.test_client(), list[float](), 0.0
    for number in range(ROUNDS + 1):
        began = time.process_time()
        response = client.get(path, base_url="http://127.0.0.1:8001", environ_base={"REMOTE_ADDR": "127.0.0.1"})
        used.append(1000 * (time.process_time() - began))
        if response.status_code != 200:
            raise AssertionError(f"{path}: {response.status_code} {response.text[:500]}")
        if number == 0:  # what a process does once
            before = database_seconds(installation)
    return median(used[1:]), 1000 * (database_seconds(installation) - before) / ROUNDS
