"""Where the benchmarks run: installations as in the acceptance tests, with the programs of other designs."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count

import psycopg
from sqlalchemy import make_url

from tests.conftest import POSTGRESQL, new_database
from tests.support.installation import FULFILLMENT, Installation
from tests.support.programs import Program, free_port

BARE, TUTORIAL = "tests.benchmarks.bare", "tests.benchmarks.tutorial"
SLOTS = 16
"""How many reconciliations or tasks a worker runs at once: our default, and the tutorial's threads."""

_numbers = count(1)


class NoPostgresql(Exception):
    """There is no PostgreSQL server to measure on."""


@contextmanager
def empty_postgresql() -> Iterator[str]:
    """Yield the URL of an empty database on the tests' server, or raise `NoPostgresql`."""
    url = make_url(POSTGRESQL).set(drivername="postgresql")
    try:
        server = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise NoPostgresql(f"skipped: there is no PostgreSQL ({error})".replace("\n", " ")) from error
    with server:
        yield from new_database(server, f"fulfillment_bench_{os.getpid()}_{next(_numbers)}")


@contextmanager
def installation(database_url: str = "", **settings: str) -> Iterator[Installation]:
    """Open an installation in which only the sandbox and Valkey run."""
    with closing(Installation(database_url, **settings)) as built:
        yield built.open(built.platform, built.valkey)


def receiver(of: Installation, processes: int = 1) -> Program:
    """Return our receiver."""
    return of.add("receiver", [*FULFILLMENT, "receiver", "--processes", str(processes)], of.answers)


def worker(of: Installation) -> Program:
    """Return our worker with its default number of slots."""
    return of.add_worker("worker", *FULFILLMENT, "worker", "--concurrency", str(SLOTS))


def other_receiver(of: Installation, module: str, processes: int = 1) -> tuple[Program, int]:
    """Return a design's receiver, which our server serves, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.serving", module, str(port), str(processes)]
    program = of.add(module, command, lambda: program.output.count("listening") == processes, **broker(of))
    return program, port


def tutorial_worker(of: Installation) -> Program:
    """Return the tutorial's worker: Celery with its defaults, except for threads."""
    command = [sys.executable, "-m", "celery", "-A", f"{TUTORIAL}:celery", "worker", "--loglevel", "WARNING"]
    command += ["--pool", "threads", "--concurrency", str(SLOTS)]
    return of.add("tutorial worker", command, lambda: has_consumer(of), **broker(of))


def has_consumer(of: Installation) -> bool:
    """Tell whether a worker waits for messages of the tutorial's queue."""
    return any("brpop" in str(client["cmd"]) for client in of.broker.client_list())


def broker(of: Installation) -> dict[str, str]:
    """Return the environment that names the broker of the tutorial."""
    return {"TUTORIAL_BROKER_URL": f"redis+socket://{of.data_dir}/valkey.sock"}
