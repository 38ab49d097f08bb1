"""The stage: every part of the system as a process of its own, in a folder that is thrown away."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.installation import Installation
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.timeouts import Timeouts
from worker.processes.embedded_valkey import EmbeddedValkey
from worker.processes.supervisor import Supervisor
from worker.settings import load_settings
from worker.store.database.database import Database
from worker.store.schema import migrate

STOPS_WITHIN = 4.0
"""Seconds that the services may take to finish; nothing of theirs is needed any more."""
SERVICES = {"receiver": ["worker.cli", "receiver"], "worker": ["worker.cli", "worker"]}


@dataclass(frozen=True, slots=True)
class System:
    """The system at work: its parts' addresses and secrets, the journal, and the companies of processes."""

    installation: Installation
    database: Database
    companies: Sequence[Supervisor]

    def check(self) -> None:
        """Raise `DemoFailed` when a process has ended."""
        if ended := [name for supervisor in self.companies for name in supervisor.ended()]:
            raise DemoFailed(f"The {ended[0]} has ended by itself.")


@contextmanager
def open_system(folder: Path, timeout: Timeouts) -> Iterator[System]:
    """Start everything, its logs in *folder*, and end everything with the block.

    Raises `DemoFailed` when a part does not start, and what the journal and the store raise.
    """
    installation = Installation.make_up(folder, _free_ports(1 + len(SHOPS)))
    environ = installation.environ()
    settings = load_settings(environ)
    with ExitStack() as stack:
        stack.enter_context(EmbeddedValkey(settings.data_dir))
        sandboxes = [
            Supervisor({shop.sandbox: ["deploy.sandbox"]}, installation.sandbox_environ(shop), logs=folder)
            for shop in SHOPS.values()
        ]
        services = Supervisor(SERVICES, environ, logs=folder)
        for supervisor in (*sandboxes, services):
            stack.callback(supervisor.stop, STOPS_WITHIN)
        for supervisor in sandboxes:
            supervisor.start()
        database = Database(settings.database_url.get_secret_value(), connections=1)
        stack.callback(database.close)
        migrate(database)
        services.start()
        system = System(installation, database, (*sandboxes, services))
        _await(system, timeout)
        yield system


def _free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on; all are taken at once, so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in sockets]


def _await(system: System, timeout: Timeouts) -> None:
    """Return when the sandboxes and the receiver answer and the worker says that it is ready."""
    parts = system.installation
    with httpx.Client(timeout=1.0, trust_env=False) as http:
        conditions: dict[str, Callable[[], bool]] = {
            **{
                SHOPS[account].sandbox: partial(_answers, http, f"http://{address}/_sandbox/totals")
                for account, address in parts.platforms.items()
            },
            "receiver": partial(_answers, http, f"http://{parts.receiver}/readyz"),
            "worker": lambda: b"worker_ready" in (parts.folder / "worker.log").read_bytes(),
        }
        for name, is_ready in conditions.items():
            while not is_ready():
                system.check()
                if timeout.is_over:
                    raise DemoFailed(f"The {name} is not ready in time.")
                timeout.pause()


def _answers(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(url).is_success
    except httpx.HTTPError:
        return False
