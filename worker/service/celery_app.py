"""The Celery app of the worker. It is built once, from the settings, when Celery or a command asks for it."""

import logging
import os
import sys
import warnings
from contextlib import suppress
from functools import cache
from typing import Any

import structlog
from celery import Celery, signals
from celery.bootsteps import StartStopStep
from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import SecurityWarning  # type: ignore[attr-defined]
from celery.worker.components import Pool

from worker.domain.errors import StoreError
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WRONG_USE, exit_on_error
from worker.processes.logs import configure_logs
from worker.queue.celery_config import make_celery
from worker.queue.fair_share import FairShare
from worker.service import wiring
from worker.service.scheduler import Scheduler
from worker.service.shutdown import RECONCILIATIONS_END_WITHIN_SECONDS, Shutdown
from worker.settings import Settings, load_settings

log = structlog.get_logger()

END_WITHIN_SECONDS = 1.0
"""At the end of a worker, its scheduler gets this long to say that the worker is gone."""


@cache
def build_app() -> Celery:
    """Build the worker's Celery app from the environment.

    Wrong settings end the program with their messages and exit code 2, because Celery's command line would show a
    traceback.
    """
    with exit_on_error(WRONG_USE):
        settings = load_settings(os.environ)
        app = make_celery(settings.queue_url, ca_file=settings.ca_file)
    import worker.service.tasks  # noqa: F401, PLC0415 - it registers the tasks, when the settings are known to be right

    app.set_default()
    connect_signals(settings, app)
    # Celery warns against unpickling as root. Containers run as root, but nothing here unpickles.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    return app


def connect_signals(settings: Settings, app: Celery) -> None:
    """Connect Celery's signals to the logs, the services and the scheduler of this process."""
    schedulers: list[Scheduler] = []
    _connect_start(settings)
    app.steps["worker"].add(_scheduler_step(schedulers))
    _connect_end(schedulers)


def _connect_start(settings: Settings) -> None:
    @signals.setup_logging.connect(weak=False)
    def set_up_logs(**_: object) -> None:
        configure_logs(settings.log_level, settings.log_format, sys.stderr, secrets=settings.secret_values())
        logging.getLogger("celery.worker.request").addFilter(_shorten_failed_acknowledgement)

    @signals.worker_init.connect(weak=False)
    def open_services(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's WorkController
        set_up_logs()  # Celery would do so later, and what is logged until then would show local variables
        _open_services(settings, FairShare(int(sender.concurrency), shared=len(settings.accounts) > 1))

    @signals.worker_ready.connect(weak=False)
    def quieten_celery(**_: object) -> None:
        # Whenever the broker goes away, Celery warns that it does not cancel running tasks, which is intended. Celery
        # turns the warning on while it starts, so it is turned off here.
        warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


def _scheduler_step(schedulers: list[Scheduler]) -> type[StartStopStep]:
    """Return the step of a worker that starts its scheduler, and adds it to *schedulers*.

    It comes before Celery connects to the broker, which due orders do not need.
    """

    class SchedulerStep(StartStopStep):
        requires = (Pool,)

        def start(self, parent: object) -> None:  # noqa: ARG002 - Celery's signature
            services = wiring.worker_services()
            scheduler = Scheduler(wiring.scheduler_loops(services))
            schedulers.append(scheduler)  # before the start, so that a signal which comes meanwhile stops it, too
            scheduler.start()
            log.info("worker_ready", slots=services.slots.fair_share.slots)

    return SchedulerStep


def _connect_end(schedulers: list[Scheduler]) -> None:
    def end_scheduler() -> None:
        for scheduler in schedulers:
            scheduler.stop(timeout_seconds=END_WITHIN_SECONDS)
            with suppress(StoreError):  # the other workers claim these orders in any case, some seconds later
                wiring.worker_services().due.flush()

    @signals.worker_shutting_down.connect(weak=False)
    def begin_no_more(**_: object) -> None:
        Shutdown(wiring.worker_services().slots, end_scheduler).begin()
        for scheduler in schedulers:  # after it, so that the end of a loop finds the orders that were put back
            scheduler.stop(timeout_seconds=0)

    @signals.worker_shutdown.connect(weak=False)
    def end(**_: object) -> None:
        slots = wiring.worker_services().slots
        slots.close()  # Celery may end without a signal
        slots.wait(RECONCILIATIONS_END_WITHIN_SECONDS)
        end_scheduler()


def _open_services(settings: Settings, fair_share: FairShare) -> None:
    """Open the services of this process, or end it, because Celery would go on without them after an exception."""
    try:
        with exit_on_error(UNREACHABLE):
            wiring.open_worker(settings, fair_share)
    except Exception:
        log.exception("worker_cannot_start")
        sys.exit(NEEDS_A_PERSON)


def _shorten_failed_acknowledgement(record: logging.LogRecord) -> bool:
    """Log a failed acknowledgement as a warning without a traceback: the database knows what is due."""
    if str(record.msg).startswith("Couldn't ack"):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True
