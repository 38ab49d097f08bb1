"""The stage: every part of the system as a process of its own, in a folder that is thrown away."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from worker.cli.company import Company
from worker.cli.demo.broken import Broken
from worker.cli.demo.patience import Patience
from worker.embedded import EmbeddedValkey
from worker.journal.database import Database
from worker.journal.schema import migrate
from worker.settings import load_settings

STOPS_WITHIN = 4.0
"""Seconds that the services may take to finish; nothing of theirs is needed any more."""
SETTINGS = {"COMPLETE_AFTER": "1s", "CALL_DEADLINE": "2s", "SETTLE": "3s"}
"""What a merchant leaves as it is, in a hurry: a day has to fit into a quarter of a minute."""
COMMANDS = {
    "sandbox": ["deploy.sandbox"],
    "receiver": ["worker.cli", "receiver"],
    "worker": ["worker.cli", "worker"],
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The system at work: where the platform and the receiver listen, the senders' secrets, and the journal."""

    platform_url: str
    receiver_url: str
    secrets: Mapping[str, str]
    database: Database
    company: Company

    def check(self) -> None:
        """Raise `Broken` when a process has ended."""
        if ended := self.company.ended():
            raise Broken(f"The {ended[0]} has ended by itself.")


@contextmanager
def open_stage(folder: Path, patience: Patience) -> Iterator[Stage]:
    """Start everything, its logs in *folder*, and end everything with the block.

    Raises `Broken` when a part does not start, and what the journal and the store raise.
    """
    platform, receiver = (f"127.0.0.1:{port}" for port in _free_ports(2))
    signing = {source: secrets.token_hex(16) for source in ("awalchat", "courier", "platform")}
    environ = _environ(folder, platform, receiver, signing)
    settings = load_settings(environ)
    with ExitStack() as stack:
        stack.enter_context(EmbeddedValkey(settings.data_dir))
        company = Company(COMMANDS, environ, logs=folder)
        stack.callback(company.stop, STOPS_WITHIN)
        company.start("sandbox")
        database = Database(settings.database_url.get_secret_value(), connections=1)
        stack.callback(database.close)
        migrate(database)
        company.start("receiver", "worker")
        stage = Stage(f"http://{platform}", f"http://{receiver}", signing, database, company)
        _await(stage, folder, patience)
        yield stage


def _environ(folder: Path, platform: str, receiver: str, signing: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with our settings in place of all that were there."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("FULFILLMENT_", "SANDBOX_"))}
    shared = {
        "DOMAIN": "demo-shop",
        "CLIENT_ID": "demo-client",
        "PHONE_NUMBER_ID": "123456",
        "HMAC_SECRET": signing["platform"],
    }
    account = {"PLATFORM": "awalchat", "BASE_URL": f"http://{platform}/api/v1", **shared, **SETTINGS}
    return {
        **others,
        "FULFILLMENT_DATA_DIR": str(folder),
        "FULFILLMENT_LISTEN": receiver,
        "FULFILLMENT_LOG_FORMAT": "console",
        **{f"FULFILLMENT_ACCOUNTS__MAIN__{key}": value for key, value in account.items()},
        **{f"FULFILLMENT_SOURCES__{name.upper()}__SECRETS": signing[name] for name in ("awalchat", "courier")},
        **{f"SANDBOX_{key}": value for key, value in shared.items()},
        "SANDBOX_PORT": platform.rpartition(":")[2],
    }


def _free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on; all are taken at once, so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in sockets]


def _await(stage: Stage, folder: Path, patience: Patience) -> None:
    """Return when the sandbox and the receiver answer and the worker says that it is ready."""
    with httpx.Client(timeout=1.0, trust_env=False) as http:
        conditions: dict[str, Callable[[], bool]] = {
            "sandbox": lambda: _answers(http, f"{stage.platform_url}/_sandbox/totals"),
            "receiver": lambda: _answers(http, f"{stage.receiver_url}/readyz"),
            "worker": lambda: b"worker_ready" in (folder / "worker.log").read_bytes(),
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
