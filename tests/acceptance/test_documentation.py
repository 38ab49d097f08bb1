"""The commands and programs on the pages work word for word, against real processes."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.support.courier import event_document
from tests.support.installation import CELERY, SECRETS, Installation
from tests.support.pages import COURIERS, OPERATIONS, REFERENCE, example
from tests.support.programs import until

URL = "https://hooks.example.com/webhooks/courier"
SECRET = "the-secret-that-we-gave-you"
SHELL = example(COURIERS, "sh", "## To try it")
PYTHON = example(COURIERS, "python", "## In Python")
DATA_DIR = "/var/lib/fulfillment"


@pytest.fixture(scope="module")
def operator(build: Callable[..., Installation]) -> Installation:
    """An installation in which only the receiver runs: senders need nothing else."""
    installation = build()
    return installation.open(installation.receiver)


def filled_in(code: str, **replacements: str) -> str:
    """Return an example with the test's values instead of the page's, each of which occurs exactly once."""
    for old, new in replacements.items():
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    return code


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        missing(command[0], "it is not installed")
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


def for_courier(installation: Installation, code: str) -> str:
    return filled_in(code, **{URL: f"{installation.url}/webhooks/courier", SECRET: SECRETS["courier"]})


# -------------------------------------------------------------------------------------------------------- for couriers


def test_the_example_with_curl_is_accepted_and_then_a_duplicate(operator: Installation):
    if not shutil.which("curl") or not shutil.which("openssl"):
        missing("curl or openssl", "it is not installed")
    first, again = [run(["sh", "-eu", "-c", for_courier(operator, SHELL)], env=operator.environ) for _ in range(2)]
    assert (first.stderr, json.loads(first.stdout)["status"]) == ("", "accepted")
    assert json.loads(again.stdout)["status"] == "duplicate"


def test_the_example_with_curl_signs_its_query_too(operator: Installation):
    code = filled_in(
        SHELL, **{URL: f"{operator.url}/webhooks/courier?tenant=a%20b", SECRET: SECRETS["courier"], "evt_1": "q"}
    )
    assert json.loads(run(["sh", "-eu", "-c", code]).stdout)["status"] == "accepted"


def test_the_example_in_python_is_accepted_and_then_a_duplicate(operator: Installation):
    command = [sys.executable, "-W", "error", "-c", for_courier(operator, PYTHON)]
    first, again = run(command), run(command)
    assert "'accepted'" in first.stdout, first.stderr
    assert "'duplicate'" in again.stdout, again.stderr


def module_of(code: str, pauses: str) -> dict[str, Any]:
    """Read the example as a module, with shorter pauses."""
    module: dict[str, Any] = {"__name__": "example"}
    exec(filled_in(code, **{"(1, 10, 60, 600, 3600, 21600, 64800)": pauses}), module)  # noqa: S102 - code of our page
    return module


def test_the_example_in_python_gives_up_at_once_when_a_repetition_cannot_succeed(operator: Installation):
    code = filled_in(PYTHON, **{URL: f"{operator.url}/webhooks/courier", SECRET: "not-the-secret"})
    with pytest.raises(OSError, match="401"):
        module_of(code, "(60,)")["send"](event_document("useless", "shipment.lost", 1))


def test_the_example_in_python_repeats_until_the_receiver_is_back(operator: Installation):
    code = for_courier(operator, PYTHON)
    operator.receiver.kill()
    with pytest.raises(OSError, match="refused"):
        module_of(code, "(0.1, 0.1)")["send"](event_document("repeated", "shipment.created", 1))
    operator.receiver.launch()
    answer = module_of(code, "(0.2,) * 400")["send"](event_document("repeated", "shipment.created", 1))
    assert answer["status"] == "accepted"


# -------------------------------------------------------------------------------------------------------- for operators


def test_a_backup_taken_while_the_receiver_runs_is_complete(operator: Installation, tmp_path: Path):
    assert operator.courier.post(event_document("kept", "shipment.created", 77)).status_code == 202
    backup = example(OPERATIONS, "sh", "**SQLite.**").strip()
    code = backup.replace(DATA_DIR, str(operator.data_dir)).replace("/var/backups", str(tmp_path))
    assert code.count(str(tmp_path)) == code.count(str(operator.data_dir)) == 1
    if not shutil.which("sqlite3"):
        missing("sqlite3", "it is not installed")
    assert run(["sh", "-eu", "-c", code]).returncode == 0
    copy = next(tmp_path.glob("fulfillment-*.db"))
    page = operator.run("orders", "show", "77", "--json", DATABASE_URL=f"sqlite:///{copy}")
    assert [event["key"] for event in json.loads(page.stdout)["events"]] == ["kept"]
    assert operator.run("migrate", DATABASE_URL=f"sqlite:///{copy}").returncode == 0


def test_the_query_of_the_reference_shows_the_orders_while_the_receiver_runs(operator: Installation):
    assert operator.courier.post(event_document("queried", "shipment.created", 78)).status_code == 202
    (query,) = [line for line in example(REFERENCE, "sh", "## Database").splitlines() if "sqlite3" in line]
    if not shutil.which("sqlite3"):
        missing("sqlite3", "it is not installed")
    printed = run(["sh", "-eu", "-c", filled_in(query, **{DATA_DIR: str(operator.data_dir)})])
    assert (printed.returncode, printed.stderr) == (0, "")
    assert "78" in [line.split("|")[0] for line in printed.stdout.splitlines()]


def test_a_task_is_called_by_hand_as_the_page_says(installation: Installation):
    words = shlex.split(example(OPERATIONS, "sh", "## By hand"))
    program, task = words[:3], words[3:]
    assert program == ["celery", "-A", "worker"]
    assert task[:2] == ["call", "fulfillment.reconcile"]
    assert installation.run(*task, program=CELERY).returncode == 0
    assert installation.run("call", "fulfillment.prune", program=CELERY).returncode == 0
    until(lambda: '"pruned"' in installation.worker.output, what="the worker has pruned")
