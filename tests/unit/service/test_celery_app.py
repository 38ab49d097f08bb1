"""The signals with which Celery starts and stops the scheduler of a worker."""

from types import SimpleNamespace

import pytest
from celery import signals

from tests.support.good_settings import GOOD
from worker.queue.celery_config import make_celery
from worker.queue.fair_share import FairShare
from worker.service import celery_app, wiring
from worker.settings import load_settings


@pytest.fixture(autouse=True)
def own_receivers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disconnect after each test what it connects, because a process has one set of Celery signals."""
    for signal in (signals.setup_logging, signals.worker_init, signals.worker_ready, signals.worker_shutting_down):
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
    services = SimpleNamespace(due=SimpleNamespace(claim=None), maintain=None, fair_share=FairShare(1))
    monkeypatch.setattr(celery_app, "Scheduler", lambda *_: scheduler)
    monkeypatch.setattr(wiring, "worker_services", lambda: services)
    celery_app.connect_signals(load_settings(GOOD), make_celery("memory://"))
    signals.worker_ready.send(sender=None)
    assert scheduler.is_stopped
