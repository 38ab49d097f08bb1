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
FAST, LIBRARY = "tests.benchmarks.asyncio_baseline", "tests.benchmarks.queue_library"
SLOTS = 16
"""How many reconciliations or tasks a worker runs at once: our default, and that of the other designs."""
UNLIMITED = {"ACCOUNTS__MAIN__CALLS_PER_MINUTE": "1000000"}
"""More calls than any design makes: the call budget has a part of its own."""

_numbers = count(1)


class NoPostgresql(Exception):
    """There is no PostgreSQL server to measure on."""


def has_postgresql() -> bool:
    """Tell whether there is a PostgreSQL server to measure on."""
    try:
        with empty_postgresql():
            return True
    except NoPostgresql:
        return False


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


class WithStub(Installation):
    """An installation whose platform is the stub, which needs less processor time than the sandbox."""

    def add_platform(self, port: int, name: str, platform: str = "awalchat") -> Program:
        """Add a stub that listens at *port*."""
        command = [sys.executable, "-m", "tests.benchmarks.stub", str(port)]
        stub = self.add(name, command, lambda: "listening" in stub.output)
        return stub


@contextmanager
def installation(database_url: str = "", **settings: str) -> Iterator[Installation]:
    """Open an installation in which only the stub and Valkey run."""
    with closing(WithStub(database_url, **(UNLIMITED | settings))) as built:
        yield built.open(built.platform, built.valkey)


def receiver(of: Installation, processes: int = 1) -> Program:
    """Return our receiver."""
    return of.add("receiver", [*FULFILLMENT, "receiver", "--processes", str(processes)], of.answers)


def worker(of: Installation, slots: int = SLOTS) -> Program:
    """Return our worker."""
    return of.add_worker("worker", *FULFILLMENT, "worker", "--concurrency", str(slots))


def other_receiver(of: Installation, module: str, processes: int = 1) -> tuple[Program, int]:
    """Return a design's receiver, which our server serves, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.serving", module, str(port), str(processes)]
    program = of.add(module, command, lambda: program.output.count("listening") == processes, **broker(of))
    return program, port


def asyncio_receiver(of: Installation, module: str, processes: int = 1) -> tuple[Program, int]:
    """Return the receiver of an asyncio baseline, and its port."""
    port = free_port()
    command = [sys.executable, "-m", module, "receiver", str(port), str(processes)]
    program = of.add(module, command, lambda: program.output.count("listening") == processes, **broker(of))
    return program, port


def asyncio_worker(of: Installation, module: str, slots: int = SLOTS) -> Program:
    """Return the worker of an asyncio baseline."""
    command = [sys.executable, "-m", module, "worker", str(slots)]
    program = of.add(f"worker of {module}", command, lambda: "ready" in program.output, **broker(of))
    return program


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
