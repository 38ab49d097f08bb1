"""The Celery app of the worker: built once, from the settings, when Celery or a command asks for it."""

import logging
import os
import sys
import warnings
from functools import cache
from typing import Any

import structlog
from celery import Celery, signals
from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import SecurityWarning  # type: ignore[attr-defined]

from worker import wiring
from worker.exits import NEEDS_A_PERSON, UNREACHABLE, WRONG_USE, refusing
from worker.logs import configure_logs
from worker.nudges import Nudger, make_celery
from worker.settings import Settings, load_settings
from worker.slots import Slots
from worker.ticks import Ticks

log = structlog.get_logger()


@cache
def build_app() -> Celery:
    """Build the worker's Celery app from the environment.

    Settings that are wrong end the program with one sentence and exit code 2: Celery's command line
    would show any Exception as a traceback.
    """
    with refusing(WRONG_USE):
        settings = load_settings(os.environ)
        app = make_celery(settings.queue_url)
    import worker.tasks  # noqa: F401, PLC0415 - it registers the tasks, and it may only be read with good settings

    app.set_default()
    ticks: list[Ticks] = []

    @signals.setup_logging.connect(weak=False)
    def set_up_logs(**_: object) -> None:
        configure_logs(settings.log_level, settings.log_format, sys.stderr, secrets=settings.secret_values())
        logging.getLogger("celery.worker.request").addFilter(_in_one_line)

    @signals.worker_init.connect(weak=False)
    def open_the_house(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's WorkController
        _open_house(settings, Slots(int(sender.concurrency), shared=len(settings.accounts) > 1))

    @signals.worker_ready.connect(weak=False)
    def start_ticking(**_: object) -> None:
        # Said whenever the broker goes away: that turns are not cancelled then is just what we want. Celery has
        # turned it on again since the app was built.
        warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
        services = wiring.worker_services()
        ticks.append(Ticks(services.due.claim, Nudger(app), services.chores, services.slots))
        ticks[0].start()
        log.info("worker_ready", slots=services.slots.size)

    @signals.worker_shutting_down.connect(weak=False)
    def stop_ticking(**_: object) -> None:
        for running in ticks:
            running.stop(patience=0)

    # Root is what containers run as; nothing here unpickles, which is what the warning is about.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    return app


def _open_house(settings: Settings, slots: Slots) -> None:
    """Open this process's services, or end it: Celery survives any Exception in here, and would run without them."""
    try:
        with refusing(UNREACHABLE):
            wiring.open_worker(settings, slots)
    except Exception:
        log.exception("worker_cannot_start")
        sys.exit(NEEDS_A_PERSON)


def _in_one_line(record: logging.LogRecord) -> bool:
    """Take the alarm out of a nudge that could not be acknowledged: the broker is away, and the journal has it all."""
    if str(record.msg).startswith("Couldn't ack"):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True
