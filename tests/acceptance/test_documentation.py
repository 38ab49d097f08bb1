"""What the pages tell people to run is run here, word by word, against real processes."""

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
from tests.support.pages import COURIERS, OPERATIONS, example
from tests.support.programs import until

URL = "https://hooks.example.com/webhooks/courier"
SECRET = "the-secret-that-we-gave-you"
SHELL = example(COURIERS, "sh", "## To try it")
PYTHON = example(COURIERS, "python", "## In Python")


@pytest.fixture(scope="module")
def operator(build: Callable[..., Installation]) -> Installation:
    """A receiver alone: whoever posts needs no more."""
    installation = build()
    return installation.open(installation.receiver)


def filled_in(code: str, **replaced: str) -> str:
    """Put the test's own values into an example, each in the only place where it stands."""
    for old, new in replaced.items():
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    return code


def ran(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        missing(command[0], "it is not installed")
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **options)


def of_courier(installation: Installation, code: str) -> str:
    return filled_in(code, **{URL: f"{installation.url}/webhooks/courier", SECRET: SECRETS["courier"]})


def test_the_example_with_curl_is_accepted_and_then_known(operator: Installation):
    if not shutil.which("curl") or not shutil.which("openssl"):
        missing("curl or openssl", "it is not installed")
    first, again = [ran(["sh", "-eu", "-c", of_courier(operator, SHELL)], env=operator.environ) for _ in range(2)]
    assert (first.stderr, json.loads(first.stdout)["status"]) == ("", "accepted")
    assert json.loads(again.stdout)["status"] == "duplicate"


def test_the_example_with_curl_signs_its_query_too(operator: Installation):
    code = filled_in(
        SHELL, **{URL: f"{operator.url}/webhooks/courier?tenant=a%20b", SECRET: SECRETS["courier"], "evt_1": "q"}
    )
    assert json.loads(ran(["sh", "-eu", "-c", code]).stdout)["status"] == "accepted"


def test_the_example_in_python_is_accepted_and_then_known(operator: Installation):
    command = [sys.executable, "-W", "error", "-c", of_courier(operator, PYTHON)]
    first, again = ran(command), ran(command)
    assert "'accepted'" in first.stdout, first.stderr
    assert "'duplicate'" in again.stdout, again.stderr


def module_of(code: str, pauses: str) -> dict[str, Any]:
    """Read the example as a module, with shorter pauses."""
    named: dict[str, Any] = {"__name__": "example"}
    exec(filled_in(code, **{"(1, 10, 60, 600, 3600, 21600, 43200)": pauses}), named)  # noqa: S102 - our own page's
    return named


def test_the_example_in_python_gives_up_at_once_where_a_repeat_is_in_vain(operator: Installation):
    code = filled_in(PYTHON, **{URL: f"{operator.url}/webhooks/courier", SECRET: "not-the-secret"})
    with pytest.raises(OSError, match="401"):
        module_of(code, "(60,)")["tell"](event_document("vain", "shipment.lost", 1))


def test_the_example_in_python_repeats_until_the_receiver_is_back(operator: Installation):
    code = of_courier(operator, PYTHON)
    operator.receiver.kill()
    with pytest.raises(OSError, match="refused"):
        module_of(code, "(0.1, 0.1)")["tell"](event_document("patient", "shipment.created", 1))
    operator.receiver.launch()
    told = module_of(code, "(0.2,) * 100")["tell"](event_document("patient", "shipment.created", 1))
    assert told["status"] == "accepted"


def test_a_backup_taken_while_everything_runs_is_restored_whole(operator: Installation, tmp_path: Path):
    assert operator.courier.post(event_document("kept", "shipment.created", 77)).status_code == 202
    backup = example(OPERATIONS, "sh", "**SQLite.**").strip()
    code = backup.replace("/var/lib/fulfillment", str(operator.data_dir)).replace("/var/backups", str(tmp_path))
    assert code.count(str(tmp_path)) == code.count(str(operator.data_dir)) == 1
    if not shutil.which("sqlite3"):
        missing("sqlite3", "it is not installed")
    assert ran(["sh", "-eu", "-c", code]).returncode == 0
    copy = next(tmp_path.glob("fulfillment-*.db"))
    shown = operator.run("orders", "show", "77", "--json", DATABASE_URL=f"sqlite:///{copy}")
    assert [event["key"] for event in json.loads(shown.stdout)["events"]] == ["kept"]
    assert operator.run("migrate", DATABASE_URL=f"sqlite:///{copy}").returncode == 0


def test_a_task_is_called_by_hand_as_the_page_says(installation: Installation):
    words = shlex.split(example(OPERATIONS, "sh", "## By hand"))
    program, task = words[:3], words[3:]
    assert program == ["celery", "-A", "worker"]
    assert task[:2] == ["call", "fulfillment.advance"]
    assert installation.run(*task, program=CELERY).returncode == 0
    assert installation.run("call", "fulfillment.prune", program=CELERY).returncode == 0
    until(lambda: '"pruned"' in installation.worker.output, what="the worker has pruned")
