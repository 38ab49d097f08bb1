"""The signals with which Celery starts and stops the services and the scheduler of a worker."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from celery import signals

from tests.support.good_settings import GOOD
from worker.domain.orders import OrderKey
from worker.queue.celery_config import make_celery
from worker.queue.fair_share import FairShare
from worker.service import celery_app, wiring
from worker.service.slots import Slots
from worker.settings import load_settings


@pytest.fixture(autouse=True)
def own_receivers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disconnect after each test what it connects, because a process has one set of Celery signals."""
    ending = (signals.worker_shutting_down, signals.worker_shutdown)
    for signal in (signals.setup_logging, signals.worker_init, signals.worker_ready, *ending):
        monkeypatch.setattr(signal, "receivers", [])


class ShutDownAtStart:
    """A scheduler that sends the shutdown signal of the worker while it starts."""

    def __init__(self) -> None:
        self.is_stopped = False

    def start(self) -> None:
        signals.worker_shutting_down.send(sender=None)

    def stop(self, timeout_seconds: float) -> None:
        self.is_stopped = timeout_seconds == 0


def test_a_shutdown_while_the_scheduler_starts_stops_it(monkeypatch: pytest.MonkeyPatch):
    scheduler = ShutDownAtStart()
    services = SimpleNamespace(slots=SimpleNamespace(fair_share=FairShare(1)))
    monkeypatch.setattr(celery_app, "Scheduler", lambda *_: scheduler)
    monkeypatch.setattr(wiring, "worker_services", lambda: services)
    monkeypatch.setattr(wiring, "scheduler_loops", lambda *_: ())
    ends = list[object]()
    monkeypatch.setattr(celery_app, "Shutdown", lambda slots, _: SimpleNamespace(begin=lambda: ends.append(slots)))
    app = make_celery("memory://")
    celery_app.connect_signals(load_settings(GOOD), app)
    (step,) = app.steps["worker"]
    step(None).start(None)
    assert scheduler.is_stopped
    assert ends == [services.slots]


class Due:
    """Due orders. It notes when what was put back is written."""

    def __init__(self) -> None:
        self.put_back, self.written = list[OrderKey](), threading.Event()

    def claim(self, *_: object) -> list[OrderKey]:
        return []

    def flush(self) -> None:
        if self.put_back:
            self.written.set()


def worker_with(slots: Slots, due: Due) -> Any:
    """Return the services of a worker whose other parts do nothing."""
    idle = SimpleNamespace(apis={}, run_due=None, start_due=None, stop=None)
    parts = {"slots": slots, "due": due, "maintain": None}
    return SimpleNamespace(**parts, **dict.fromkeys(("database", "reconciler", "holds", "scans", "probe"), idle))


def test_orders_that_wait_at_the_stop_are_written_back_while_calls_are_under_way(monkeypatch: pytest.MonkeyPatch):
    call_under_way, may_end, due = threading.Event(), threading.Event(), Due()

    def reconcile(_: OrderKey) -> None:
        call_under_way.set()
        assert may_end.wait(60)

    slots = Slots(FairShare(1), reconcile, due.put_back.append)
    services = worker_with(slots, due)
    (loop,) = (loop for loop in wiring.scheduler_loops(services) if loop.name == "due")
    monkeypatch.setattr(wiring, "worker_services", lambda: services)
    monkeypatch.setattr(wiring, "scheduler_loops", lambda _: (loop,))
    monkeypatch.setattr(celery_app, "Shutdown", lambda slots, _: SimpleNamespace(begin=slots.close))
    app = make_celery("memory://")
    celery_app.connect_signals(load_settings(GOOD), app)
    (step,) = app.steps["worker"]
    step(None).start(None)
    slots.add([OrderKey("main", "1"), OrderKey("main", "2")])
    assert call_under_way.wait(60)
    signals.worker_shutting_down.send(sender=None)
    assert due.written.wait(60)
    assert (due.put_back, slots.fair_share.busy) == ([OrderKey("main", "2")], 1)
    may_end.set()


class Controller:
    """What Celery sends with the signal."""

    concurrency = 1


def test_a_defect_at_the_start_is_logged_like_everything_else_without_local_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_: object) -> None:
        password = "hunter2".upper()
        raise RuntimeError(f"broken after {len(password)} characters")

    monkeypatch.setattr(wiring, "open_worker", fail)
    celery_app.connect_signals(load_settings(GOOD), make_celery("memory://"))
    with pytest.raises(SystemExit) as end:
        signals.worker_init.send(sender=Controller())
    output = "".join(capsys.readouterr())
    assert end.value.code == 1
    assert "worker_cannot_start" in output
    assert "broken after 7 characters" in output
    assert "HUNTER2" not in output
