"""A rolling update: receiver and worker of the last landed version run beside those of this one, on the new schema."""

import itertools
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support.courier import Courier
from tests.support.installation import FULFILLMENT, SECRETS, Installation
from tests.support.kills import COMPLETE_WITHIN_SECONDS
from tests.support.programs import ROOT, Program, free_port, until
from tests.support.traffic import Traffic

LAST_LANDED = "2f118d7d133d981cf98d48d5ecd61b423081ecf7"
ORDERS = range(1, 31)
CALLS_PER_MINUTE = "600"
"""So few that both versions wait for the account's calls."""


NEW_SETTINGS = {"FULFILLMENT_SCAN_EVERY", "FULFILLMENT_CONSOLE__LISTEN"}
"""The last landed version refuses settings that it does not know."""


class Alternating:
    """A courier that posts to the receivers of *couriers* in turn."""

    def __init__(self, couriers: list[Courier]) -> None:
        self.couriers = couriers
        self._numbers = itertools.count()

    def post_until_acknowledged(self, body: dict[str, Any]) -> httpx.Response:
        return self.couriers[next(self._numbers) % len(self.couriers)].post_until_acknowledged(body)

    def wait(self, seconds: float) -> None:
        self.couriers[0].wait(seconds)

    def close(self) -> None:
        for courier in self.couriers:
            courier.close()


class Old(NamedTuple):
    """Receiver and worker of the last landed version, and a courier that posts to the receivers that run."""

    receiver: Program
    worker: Program
    courier: Alternating


@pytest.fixture(scope="module")
def old_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the last landed version."""
    git = shutil.which("git")
    archive = git and subprocess.run(
        [git, "archive", LAST_LANDED, "worker", "webhook_receiver"], cwd=ROOT, capture_output=True, check=False
    )
    if not archive or archive.returncode:
        pytest.skip("the repository's history is not here: the last landed version was not run")
    folder = tmp_path_factory.mktemp("landed")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, build: Callable[..., Installation]) -> Installation:
    url = "" if request.param == "sqlite" else request.getfixturevalue("empty_postgresql")
    return build(url, ACCOUNTS__MAIN__CALLS_PER_MINUTE=CALLS_PER_MINUTE)


def settings_of_old(installation: Installation) -> dict[str, str]:
    return {name: value for name, value in installation.environ.items() if name not in NEW_SETTINGS}


def add_old(installation: Installation, folder: Path, name: str, environ: dict[str, str]) -> Program:
    """Add a program of the last landed version."""
    word = {"receiver": "listening", "worker": "worker_ready"}[name]
    variables = settings_of_old(installation) | environ
    program = Program(
        f"old-{name}", (*FULFILLMENT, name), variables, installation.folder, lambda: word in program.output, folder
    )
    installation.programs[program.name] = program
    return program


def migrate_as_old(installation: Installation, folder: Path) -> None:
    command, environ = [*FULFILLMENT, "migrate"], settings_of_old(installation)
    subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True, timeout=60)


@pytest.fixture
def old(installation: Installation, old_version: Path) -> Old:
    """What runs of the last landed version, on its own schema."""
    migrate_as_old(installation, old_version)
    port = free_port()
    receiver = add_old(installation, old_version, "receiver", {"FULFILLMENT_LISTEN": f"127.0.0.1:{port}"})
    worker = add_old(installation, old_version, "worker", {})
    for program in (installation.platform, installation.valkey, receiver, worker):
        program.launch()
    for program in (installation.platform, installation.valkey, receiver, worker):
        program.await_ready()
    return Old(receiver, worker, Alternating([Courier(f"http://127.0.0.1:{port}", "courier", SECRETS["courier"])]))


def test_both_versions_work_side_by_side_and_every_order_is_done_once(installation: Installation, old: Old):
    new_courier = installation.courier
    installation.courier = old.courier  # type: ignore[assignment]
    traffic = Traffic(installation, ORDERS, seed=6)
    traffic.make_orders()
    traffic.send_part(parts=3)
    until(lambda: "reconciled" in old.worker.output)
    installation.open(installation.receiver, installation.worker)  # the schema is brought up to date under the old ones
    old.courier.couriers.append(new_courier)
    traffic.send_part(parts=3)
    until(lambda: "reconciled" in installation.worker.output)
    old.worker.send(signal.SIGTERM)
    traffic.send_part(parts=3)
    traffic.finish()
    assert old.worker.exit_code() == 0
    until(lambda: traffic.is_complete, COMPLETE_WITHIN_SECONDS, what="every order is completed")
    traffic.check_database()
    traffic.check_platform()
    for program in (old.receiver, old.worker, installation.receiver, installation.worker):
        assert "Traceback" not in program.log
    assert installation.run("doctor", "--json").returncode in {0, 1}
