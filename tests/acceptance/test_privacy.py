"""What the service leaves on the machine is readable by its user only, and its processes keep their secrets."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.test_up import children
from tests.support.installation import CELERY, FULFILLMENT, Installation
from tests.support.programs import ROOT, until

OPEN_UMASK = ("sh", "-c", 'umask 000; ulimit -c unlimited; exec "$@"', "sh")
"""Runs a command as the most careless shell would."""
OTHERS = 0o077


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation]) -> Installation:
    """An installation that `up` runs, started by a careless shell. Its folder does not exist yet."""
    installation = build()
    installation.data_dir.rmdir()
    up = installation.add(
        "up", [*OPEN_UMASK, *FULFILLMENT, "up"], lambda: installation.answers() and "worker_ready" in up.output
    )
    installation.platform.start()
    up.start()
    return installation


def test_every_file_is_readable_by_its_owner_only_whatever_the_umask(installation: Installation):
    installation.sandbox.order(1)
    installation.courier.post_until_acknowledged({"id": "e1", "event": "shipment.delivered", "data": {"order_id": 1}})
    files = [installation.data_dir, *installation.data_dir.rglob("*")]
    assert {"fulfillment.db", "fulfillment.db-wal", "valkey.log", "valkey.lock"} <= {file.name for file in files}
    assert {file.name: oct(file.stat().st_mode) for file in files if file.stat().st_mode & OTHERS} == {}


def test_files_of_an_earlier_version_are_made_private(installation: Installation, tmp_path: Path):
    old = tmp_path / "old"
    with closing(sqlite3.connect(installation.data_dir / "fulfillment.db", 60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody writes while it is copied
        shutil.copytree(installation.data_dir, old, ignore=shutil.ignore_patterns("*.sock"))
    for file in old.iterdir():
        file.chmod(0o644)
    assert installation.run("migrate", DATA_DIR=str(old), DATABASE_URL="").returncode == 0
    assert (old / "fulfillment.db").stat().st_mode & OTHERS == 0


def test_no_process_may_leave_a_core_file(installation: Installation):
    processes = children(installation.programs["up"].pid)
    assert len(processes) == 4  # Valkey, receiver, worker, console
    for pid in (installation.programs["up"].pid, *processes):
        assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)


def test_a_receiver_that_crashes_leaves_no_core_file(installation: Installation):
    pid = next(p for p, command in children(installation.programs["up"].pid).items() if "receiver" in command)
    os.kill(pid, signal.SIGABRT)
    until(lambda: "process_ended" in installation.programs["up"].output)
    assert not [file for file in (*ROOT.glob("core*"), *installation.folder.rglob("core*")) if file.is_file()]


@pytest.mark.parametrize(
    "entrance",
    [
        "import worker.cli.main as m; m.run = lambda _: 0\ntry: m.main([])\nexcept SystemExit: pass",
        "import worker; worker.app",
        "import webhook_receiver.wsgi as w; w.open_app = __import__('contextlib').nullcontext; w.app",
    ],
    ids=["fulfillment", CELERY[-1], "webhook_receiver.wsgi"],
)
def test_no_other_user_may_read_the_memory_of_a_process(installation: Installation, entrance: str):
    look = "\nimport ctypes, os; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), oct(os.umask(0)))"
    command = [*OPEN_UMASK, sys.executable, "-c", entrance + look]
    done = subprocess.run(command, env=installation.environ, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0o77"]
