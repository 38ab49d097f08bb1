"""What shows things as they happen: `tail`, `orders list --watch`, and `up` on a terminal."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from tests.support.programs import until
from tests.support.terminal import terminal
from worker.cli import looking
from worker.cli.services import live as live_module
from worker.cli.services.live import LiveDisplay, LogFile
from worker.domain.errors import StoreUnavailable
from worker.domain.events import EventName, EventResult
from worker.domain.reasons import QuarantineReason, StopReason
from worker.domain.results import Stopped
from worker.store.database.clocks import machine_now

HOSTILE = "x\x1b]0;owned\x07\u202e<b>"


@pytest.fixture
def busy(harness: Harness) -> Harness:
    """An order that has stopped, another that is due, and a delivery that cannot be used."""
    harness.clock.now = machine_now()
    harness.accept(EventName.PICKED_UP, order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, HOSTILE), EventResult.STOPPED)
    harness.accept(EventName.DELIVERED, order=order_key(2))
    now = harness.clock()
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, detail=HOSTILE, received_at=now))
    return harness


class Pipe:
    """A command whose output is a pipe."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def lines(self) -> list[str]:
        return self._path.read_text().splitlines()


@contextmanager
def running(tmp_path: Path, *arguments: str) -> Iterator[tuple[Pipe, "subprocess.Popen[bytes]"]]:
    path = tmp_path / "out"
    with (
        path.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "worker.cli", *arguments], stdout=out, stderr=subprocess.PIPE
        ) as process,
    ):
        try:
            yield Pipe(path), process
        finally:
            process.kill()


def test_tail_prints_what_happens_from_then_on_until_ctrl_c(fulfillment: Commands, busy: Harness, tmp_path: Path):
    with running(tmp_path, "tail", "--since", "1h") as (pipe, process):
        until(lambda: len(pipe.lines) >= 4, what="what has happened")
        busy.clock.now = machine_now()
        busy.accept(order=order_key(7))
        until(lambda: any("main/7" in line for line in pipe.lines), what="what happens now")
        process.send_signal(signal.SIGINT)
        assert (process.wait(60), process.communicate()[1]) == (130, b"")
    text = "\n".join(pipe.lines)
    assert "delivery  main/1            courier: shipment.picked_up accepted (delivery 1)" in text
    assert "stopped   main/1" in text
    assert "quarantined: not_json" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_tail_prints_json_of_what_is_wanted(fulfillment: Commands, busy: Harness, tmp_path: Path):
    arguments = ("tail", "--since", "1h", "--only", "failed", "--account", "main", "--json")
    with running(tmp_path, *arguments) as (pipe, _):
        until(lambda: len(pipe.lines) >= 1, what="what has failed")
        (document,) = map(json.loads, pipe.lines)
    assert (document["kind"], document["word"], document["order_key"]) == ("decision", "stopped", "main/1")
    assert " ".join(document) == (
        "at kind word detail failed order_key account source delivery_id event count stage until answered_after"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--source", "nobody"), "nobody"),
        (("--account", "nobody"), "nobody"),
        (("--order", "?"), "is not an order"),
        (("--since", "soon"), "since “soon” is neither"),
        (("--only", "good"), "'good' is not"),
    ],
)
def test_tail_refuses_what_does_not_exist(fulfillment: Commands, harness: Harness, arguments, message: str):
    result = fulfillment("tail", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_watched_list_prints_changes_in_a_pipe(fulfillment: Commands, busy: Harness, tmp_path: Path):
    with running(tmp_path, "orders", "list", "--state", "stopped", "--state", "due", "--watch") as (pipe, process):
        until(lambda: len(pipe.lines) == 2, what="the list")
        busy.clock.now = machine_now()
        busy.finish(order_key(2), Stopped(StopReason.MOVED_BACK, "x"), EventResult.STOPPED)
        until(lambda: any("moved_back" in line for line in pipe.lines), what="a change")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert any(line.endswith("main/1 – stopped refused") for line in pipe.lines)


@pytest.mark.parametrize(("columns", "kind"), [(60, "xterm-256color"), (80, "dumb")])
def test_a_watched_list_prints_changes_where_it_cannot_be_drawn_again(
    fulfillment: Commands, busy: Harness, columns: int, kind: str
):
    with terminal("orders", "list", "--watch", columns=columns, kind=kind) as screen:
        until(lambda: "main/1 – stopped refused" in screen.seen(), what="the list")
        screen.process.send_signal(signal.SIGINT)
        until(lambda: screen.process.poll() is not None, what="the end")
        assert "\x1b" not in screen.seen()


def test_a_watched_list_is_drawn_again_on_a_terminal(fulfillment: Commands, busy: Harness):
    with terminal("orders", "list", "--watch") as screen:
        until(lambda: "main/1" in screen.seen(), what="the list")
        busy.clock.now = machine_now()
        busy.accept(order=order_key(8))
        until(lambda: "main/8" in screen.seen(), what="a new order")
        screen.process.send_signal(signal.SIGINT)
        until(lambda: screen.process.poll() is not None, what="the end")
        assert "Traceback" not in screen.seen()


def test_what_shows_things_outlives_the_database_s_absence(capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setattr(looking, "sleep", lambda _: None)
    answers: list[object] = [1, StoreUnavailable("the database does not answer"), StoreUnavailable("same"), 2]

    def read() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    looks = looking.look_again(read, lambda: 0.0)
    assert [next(looks), next(looks)] == [1, 2]
    assert capsys.readouterr().err == "fulfillment: the database does not answer; it is asked again\n"


def test_up_shows_what_happens_and_the_warnings_of_its_processes(
    harness: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "worker.log"
    log.write_text("of an earlier run\n")
    url = harness.database.url.render_as_string(hide_password=False)
    live = LiveDisplay(url, tmp_path / "logs", ["worker"])
    live.on_poll()
    harness.clock.now = machine_now()
    harness.intake.write(a_delivery(an_event(order=order_key(1), key="a"), received_at=harness.clock()))
    shown_already, warning = (
        {"level": "warning", "event": "order_stopped"},
        {"level": "error", "event": "x", "seconds": 3},
    )
    lines = ['{"level": "info"}', json.dumps(shown_already), json.dumps(warning), "Trace\x1b[0mback", "[info ] y", "ha"]
    log.write_text("\n".join(lines))
    monkeypatch.setattr(live_module, "monotonic", lambda: float("inf"))
    live.on_poll()
    with log.open("a") as file:
        file.write("lf\n")
    live.on_poll()
    live.close()
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines() if line.startswith("worker")] == ["worker"] * 3
    assert "worker  x seconds=3" in printed
    assert "Trace" in printed
    assert "half" in printed
    assert "main/1" in printed
    assert not {"earlier", "\x1b"} & {*printed.split(), *printed}


def test_a_large_log_file_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_module, "MAX_LOG_BYTES", 50)
    path = tmp_path / "worker.log"
    log = LogFile("worker", path)
    with path.open("ab") as process:
        for number in range(30):
            process.write(f"warning {number}\n".encode())
            process.flush()
            assert [line.plain for line in log.new_warnings()] == [f"worker  warning {number}"]
            assert path.stat().st_size <= 60
