"""Starts and stops the system of the demo: Valkey, the sandboxes, the database, the receiver and the worker."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.installation import Installation
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.timing import TimeLimit
from worker.cli.free_ports import free_ports
from worker.processes.embedded_valkey import EmbeddedValkey
from worker.processes.supervisor import Supervisor
from worker.settings import load_settings
from worker.store.database.database import Database
from worker.store.schema import migrate

STOP_SECONDS = 4.0
"""The time that the processes have to stop before they are killed."""
SERVICES = {"receiver": ["worker.cli", "receiver"], "worker": ["worker.cli", "worker"]}


@dataclass(frozen=True, slots=True)
class System:
    """The running system: the addresses of its parts, the database, and the supervisors of its processes."""

    installation: Installation
    database: Database
    supervisors: Sequence[Supervisor]

    def check(self) -> None:
        """Raise `DemoFailed` if a process has ended."""
        if ended := [name for supervisor in self.supervisors for name in supervisor.ended()]:
            raise DemoFailed(f"The {ended[0]} has ended by itself.")


@contextmanager
def open_system(folder: Path, limit: TimeLimit) -> Iterator[System]:
    """Start everything, with data and logs in *folder*, and stop everything after the block.

    Raises `DemoFailed` when a part is not ready in time, and the errors of the database and of Valkey.
    """
    installation = Installation.create(folder, free_ports(1 + len(SHOPS)))
    installation.write_settings()
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
            stack.callback(supervisor.stop, STOP_SECONDS)
        for supervisor in sandboxes:
            supervisor.start()
        database = Database(settings.database_url.get_secret_value(), connections=1)
        stack.callback(database.close)
        migrate(database)
        services.start()
        system = System(installation, database, (*sandboxes, services))
        _wait_until_ready(system, limit)
        yield system


def _wait_until_ready(system: System, limit: TimeLimit) -> None:
    """Wait until the sandboxes and the receiver answer, and the worker logs that it is ready."""
    installation = system.installation
    with httpx.Client(timeout=1.0, trust_env=False) as http:
        conditions: dict[str, Callable[[], bool]] = {
            **{
                SHOPS[account].sandbox: partial(_answers, http, f"http://{address}/_sandbox/totals")
                for account, address in installation.sandboxes.items()
            },
            "receiver": partial(_answers, http, f"http://{installation.receiver}/readyz"),
            "worker": lambda: b"worker_ready" in (installation.folder / "worker.log").read_bytes(),
        }
        for name, is_ready in conditions.items():
            while not is_ready():
                system.check()
                if limit.is_over:
                    raise DemoFailed(f"The {name} is not ready in time.")
                limit.pause()


def _answers(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(url).is_success
    except httpx.HTTPError:
        return False
