"""The supervisor goes on without a process that it can do without, and gives up with any other."""

from pathlib import Path

import pytest

from tests.support.programs import until
from worker.processes import supervisor as module
from worker.processes.supervisor import ProcessGivenUp, Supervisor

STEADY = ["http.server", "--bind", "127.0.0.1", "0"]
ENDS_AT_ONCE = ["this"]
"""Modules of Python."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_PAUSE_SECONDS", 0.01)


def kept_by(supervisor: Supervisor) -> list[str]:
    supervisor.restart_ended()
    return supervisor.kept()


def test_the_others_go_on_without_an_optional_process(tmp_path: Path):
    supervisor = Supervisor({"steady": STEADY, "ends": ENDS_AT_ONCE}, logs=tmp_path, optional={"ends"})
    supervisor.start()
    try:
        until(lambda: kept_by(supervisor) == ["steady"], what="it is given up")
        assert supervisor.kept() == ["steady"]
    finally:
        supervisor.stop()


def test_without_any_other_process_everything_is_given_up(tmp_path: Path):
    supervisor = Supervisor({"steady": STEADY, "ends": ENDS_AT_ONCE}, logs=tmp_path, optional={"steady"})
    supervisor.start()
    try:
        with pytest.raises(ProcessGivenUp, match="the ends does not stay alive"):
            until(lambda: kept_by(supervisor) == [], what="the supervisor gives up")
    finally:
        supervisor.stop()
