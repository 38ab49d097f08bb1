"""A small storm of `make storm` on each database, and what an interrupted one leaves behind."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.storm.postgresql import NoPostgresql
from tests.storm.run import Storm
from tests.storm.size import Size
from tests.support.programs import ROOT, until

ORDERS, SEED = 100, 5


@pytest.mark.timeout(300)  # it waits for the end of a lease, and for the second probe of an account
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_storm_loses_no_event_and_harms_no_order(database: str):
    lines: list[str] = []
    storm = Storm(Size(ORDERS, SEED), database, threading.Event())
    try:
        report = storm.run(lines.append, lambda _answered, _right: None)
    except NoPostgresql as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    assert report.problems() == [], "\n".join(lines)


def processes_of(mark: int) -> list[str]:
    """Return the commands of all processes whose environment has the *mark*."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                environ, command = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
            except OSError:  # it has ended, or belongs to somebody else
                continue
            if f"STORM_TEST={mark}".encode() in environ:
                found.append(command.replace(b"\0", b" ").decode())
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_ctrl_c_ends_every_process_of_a_storm(database: str, tmp_path: Path):
    mark = os.getpid()
    tmp_path.chmod(0o711)  # as root, PostgreSQL runs as another user
    command = [sys.executable, "-m", "tests.storm", "--orders", "20", "--database", database]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "STORM_TEST": str(mark), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as storm:
        assert storm.stdout is not None
        output = next((line for line in storm.stdout if "all processes run" in line), "")
        if not output and os.environ.get("CI") != "true":
            pytest.skip("PostgreSQL is missing")
        assert len(processes_of(mark)) > 5
        storm.send_signal(signal.SIGINT)
        assert "all processes have ended" in storm.stdout.read()
        assert storm.wait(60) == 130
    until(lambda: processes_of(mark) == [], what="every process has ended")
    assert list(tmp_path.iterdir()) == []
