"""The stage: every part of the system as a process of its own, in a folder that is thrown away."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from worker.cli.company import Company
from worker.cli.demo.broken import Broken
from worker.cli.demo.installation import Installation
from worker.cli.demo.patience import Patience
from worker.cli.demo.shops import SHOPS
from worker.embedded import EmbeddedValkey
from worker.journal.database import Database
from worker.journal.schema import migrate
from worker.settings import load_settings

STOPS_WITHIN = 4.0
"""Seconds that the services may take to finish; nothing of theirs is needed any more."""
SERVICES = {"receiver": ["worker.cli", "receiver"], "worker": ["worker.cli", "worker"]}


@dataclass(frozen=True, slots=True)
class Stage:
    """The system at work: its parts' addresses and secrets, the journal, and the companies of processes."""

    installation: Installation
    database: Database
    companies: Sequence[Company]

    def check(self) -> None:
        """Raise `Broken` when a process has ended."""
        if ended := [name for company in self.companies for name in company.ended()]:
            raise Broken(f"The {ended[0]} has ended by itself.")


@contextmanager
def open_stage(folder: Path, patience: Patience) -> Iterator[Stage]:
    """Start everything, its logs in *folder*, and end everything with the block.

    Raises `Broken` when a part does not start, and what the journal and the store raise.
    """
    installation = Installation.make_up(folder, _free_ports(1 + len(SHOPS)))
    environ = installation.environ()
    settings = load_settings(environ)
    with ExitStack() as stack:
        stack.enter_context(EmbeddedValkey(settings.data_dir))
        sandboxes = [
            Company({shop.sandbox: ["deploy.sandbox"]}, installation.sandbox_environ(shop), logs=folder)
            for shop in SHOPS.values()
        ]
        services = Company(SERVICES, environ, logs=folder)
        for company in (*sandboxes, services):
            stack.callback(company.stop, STOPS_WITHIN)
        for company in sandboxes:
            company.start()
        database = Database(settings.database_url.get_secret_value(), connections=1)
        stack.callback(database.close)
        migrate(database)
        services.start()
        stage = Stage(installation, database, (*sandboxes, services))
        _await(stage, patience)
        yield stage


def _free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on; all are taken at once, so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in sockets]


def _await(stage: Stage, patience: Patience) -> None:
    """Return when the sandboxes and the receiver answer and the worker says that it is ready."""
    parts = stage.installation
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
                stage.check()
                if patience.is_over:
                    raise Broken(f"The {name} is not ready in time.")
                patience.pause()


def _answers(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(url).is_success
    except httpx.HTTPError:
        return False
