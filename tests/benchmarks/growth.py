"""What grows with the orders and the accounts: pages, commands, and what workers do at intervals."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.benchmarks import installations, rows
from tests.benchmarks.figures import Goal, formatted
from tests.benchmarks.resources import Usage
from tests.support.installation import Installation, account_at
from worker.domain.instants import SECOND
from worker.queue.fair_share import FairShare
from worker.service import wiring
from worker.settings import load_settings
from worker.store.database.database import Database
from worker.store.prune import prune

ROUNDS = 5
COMMANDS = ("orders list", "orders list --stopped", "orders list --account shop1", "accounts list", "doctor")
IDLE_SECONDS = 10.0
PRUNED = 1_000
"""The oldest orders, one in ten of which is open and stays."""
GOAL = Goal("≤", 3)
"""A hundred times as many orders, and as many accounts, may cost three times as much."""


class Size(NamedTuple):
    """How many orders of how many accounts there are."""

    orders: int
    accounts: int


SMALL, LARGE = Size(10_000, 10), Size(1_000_000, 1_000)


def run() -> Iterator[str]:
    """Measure on both databases."""
    yield from _on("SQLite", lambda: "")
    with installations.empty_postgresql() as small, installations.empty_postgresql() as large:
        urls = iter((small, large))
        yield from _on("PostgreSQL", lambda: next(urls))


def _on(where: str, url: Callable[[], str]) -> Iterator[str]:
    small, large = (_costs(url(), size) for size in (SMALL, LARGE))
    yield f"{where}, {SMALL.orders:,} orders of {SMALL.accounts} accounts, and {LARGE.orders:,} of {LARGE.accounts:,}"
    for what, before in small.items():
        ratio = large[what] / before if before else 1.0
        yield f"  {what}: {formatted(before)}   {formatted(large[what])}   ratio {ratio:.1f}{GOAL.verdict(ratio)}"


def _costs(url: str, size: Size) -> Mapping[str, float]:
    """Return milliseconds by what they are spent on."""
    sources = {f"SOURCES__{name}__ACCOUNT": "main" for name in ("COURIER", "AWALCHAT")}
    with installations.installation(url, **sources) as installation:
        _add_accounts(installation, size.accounts)
        with closing(rows.open_database(installation.database_url)) as database:
            rows.fill_shops(database, *size)
        installations.receiver(installation).start()
        return {
            **{f"ms of GET {page}": _median(partial(_get, installation, page)) for page in ("/metrics", "/readyz")},
            **{f"ms of `{command}`": _median(partial(_run, installation, command), 1) for command in COMMANDS},
            **_in_this_process(installation, size),
            **_idle(installation),
        }


def _add_accounts(installation: Installation, accounts: int) -> None:
    """Add accounts at the same stub as that of `main` to what programs get from now on."""
    port = urlsplit(installation.environ["FULFILLMENT_ACCOUNTS__MAIN__BASE_URL"]).port or 0
    for number in range(accounts):
        name = f"SHOP{number}"
        account = account_at(port, name) | {f"ACCOUNTS__{name}__PHONE_NUMBER_ID": str(number + 1)}
        installation.environ.update({f"FULFILLMENT_{name}": value for name, value in account.items()})


def _get(installation: Installation, page: str) -> None:
    installation.get(page).raise_for_status()


def _run(installation: Installation, command: str) -> None:
    done = installation.run(*command.split())
    if done.returncode > 1:  # 1: doctor has found something
        raise AssertionError(f"{command}: {done.stdout[-500:]}{done.stderr[-500:]}")


def _median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the milliseconds of *work*: the median of the *rounds* after a first one, or the only one."""
    durations = []
    for _ in range(rounds + (rounds > 1)):
        began = time.perf_counter()
        work()
        durations.append(1000 * (time.perf_counter() - began))
    return median(durations[rounds > 1 :])


def _in_this_process(installation: Installation, size: Size) -> Mapping[str, float]:
    services = wiring.build_worker(load_settings(installation.environ), FairShare(installations.SLOTS))
    with closing(services.database):
        return {
            "ms of a claim that finds nothing": _median(partial(services.due.claim, installations.SLOTS, 15 * SECOND)),
            f"ms of a prune of {PRUNED:,} orders": _median(partial(_prune, services.database, size), 1),
        }


def _prune(database: Database, size: Size) -> None:
    keep = rows.MONTH * (size.orders - PRUNED) // size.orders
    pruned = prune(database, keep=keep, dedupe_for=keep, pause_seconds=0.0)["orders"]
    if not 0.8 * PRUNED < pruned < 1.2 * PRUNED:
        raise AssertionError(pruned)


def _idle(installation: Installation) -> Mapping[str, float]:
    """Measure a worker that has nothing to do."""
    worker = installations.worker(installation).start()
    time.sleep(IDLE_SECONDS / 2)  # what it does once
    usage = Usage({"an idle worker": worker}, installation)
    time.sleep(IDLE_SECONDS)
    used = usage.seconds()
    return {f"ms of processor time a second, {part}": 1000 * s / IDLE_SECONDS for part, s in used.items()}
