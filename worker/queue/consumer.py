"""The consumer of wake-ups in a worker: Celery's own, which trusts no message and outlives every one of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from time import monotonic, sleep
from typing import Any, cast
from uuid import uuid4

import structlog
from celery.utils.log import get_logger
from celery.worker import consumer, state

from worker.queue.dropped import dropped
from worker.queue.messages import Call, Flaw, NoWakeUp, read_call

log = structlog.get_logger()
celery_log = get_logger(__name__)
_Consumer: Any = consumer.Consumer

SHORT_SECONDS = 10.0
"""A connection that was lost sooner was short. It is also the longest pause before the next one."""
FIRST_PAUSE_SECONDS = 0.5
POLL_INTERVAL_SECONDS = 0.1

_WITHOUT = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
"""Events between workers. The last event of a worker that stops would wait without end for a silent broker."""


class WakeUpConsumer(_Consumer):  # type: ignore[misc]
    """Consumes wake-ups, however the worker was started: Celery has options and no settings for what is left out.

    A message that is no wake-up is dropped and counted. Of the others, Celery gets the task and its arguments alone, so
    no ETA, limit, callback or reply of a message has an effect.
    """

    loop: Callable[..., None]
    _connected_at = 0.0
    _pause_seconds = 0.0

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        options["worker_options"] = {**(options.get("worker_options") or {}), **_WITHOUT}
        super().__init__(*arguments, **options)
        self.loop = outlive(self.loop)

    def create_task_handler(self, *arguments: Any, **options: Any) -> Callable[[Any], None]:  # noqa: ANN401 - same
        """Return the function that takes each message which kombu could read."""
        handle = super().create_task_handler(*arguments, **options)

        def take(message: Any) -> None:  # noqa: ANN401 - kombu's own type
            try:
                call = read_call(message.headers, message.body, message.content_type, message.content_encoding)
            except NoWakeUp as reason:
                self._drop(message, reason.flaw)
                return
            if call.expires is not None and call.expires <= datetime.now(UTC):
                message.reject_log_error(celery_log, self.connection_errors)
            else:
                handle(rewritten(message, call))

        return take

    def connect(self) -> Any:  # noqa: ANN401 - kombu's own type
        """Connect to the broker, and return the connection. It tries until the broker answers."""
        connection = super().connect()
        self._connected_at = monotonic()
        return connection

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Give the connection up, and pause if it was short: the broker may send again what has ended it."""
        super().on_connection_error_after_connected(exc)
        is_short = monotonic() - self._connected_at < SHORT_SECONDS
        self._pause_seconds = min(2 * self._pause_seconds or FIRST_PAUSE_SECONDS, SHORT_SECONDS) if is_short else 0.0
        ends_at, ending = monotonic() + self._pause_seconds, cast("Any", state)
        while monotonic() < ends_at and ending.should_stop is None and ending.should_terminate is None:
            sleep(POLL_INTERVAL_SECONDS)

    def on_decode_error(self, message: Any, exc: Exception) -> None:  # noqa: ANN401, ARG002 - Celery's signature
        """Drop a message that kombu cannot read, for instance because it is compressed."""
        self._drop(message, Flaw.ENCODED)

    def _drop(self, message: Any, flaw: Flaw) -> None:  # noqa: ANN401 - kombu's own type
        dropped.add(flaw)
        message.reject_log_error(celery_log, self.connection_errors)


def rewritten(message: Any, call: Call) -> Any:  # noqa: ANN401 - kombu's own type
    """Return *message* with nothing in it but *call*, as Celery would have written it."""
    task_id = str(uuid4())
    message.headers = {
        "lang": "py",
        "task": call.task,
        "id": task_id,
        "root_id": task_id,
        "parent_id": None,
        "group": None,
        "shadow": None,
        "eta": None,
        "expires": None,
        "retries": 0,
        "timelimit": (None, None),
        "argsrepr": repr(call.arguments),
        "kwargsrepr": "{}",
        "origin": "",
        "ignore_result": True,
    }
    message.properties = {"correlation_id": task_id}
    message.body = json.dumps([call.arguments, {}, {}]).encode()
    return message


def outlive(loop: Callable[..., None]) -> Callable[..., None]:
    """Return *loop* so that an error which no message should cause is a lost connection: the worker connects anew.

    Celery would end the worker. The broker may send the cause again and again; due orders do not depend on it.
    """

    @wraps(loop)
    def outliving(consumer: Any, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's own types
        try:
            loop(consumer, *arguments, **options)
        except (*consumer.connection_errors, *consumer.channel_errors):
            raise
        except Exception as error:
            log.exception("consumer_failed")
            raise ConnectionError(f"a message could not be read: {type(error).__name__}") from error

    return outliving
