"""Nudges: a key (account, order) that travels through Celery's queue and says "look at this order now".

The queue may lose, repeat and reorder nudges, or be emptied: what is due stands in the journal, and
every worker's tick finds it there. So there are no results, no retries and no ETA here; a Celery
reader finds the reasons in the README, under "How it works".
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import redis
from amqp.exceptions import AMQPError
from celery import Celery
from kombu.exceptions import OperationalError
from kombu.transport import redis as redis_transport
from kombu.transport import resolve_transport

from worker.domain.errors import SettingsError
from worker.domain.orders import OrderKey

ADVANCE = "fulfillment.advance"
PROBE = "fulfillment.probe"
PRUNE = "fulfillment.prune"
QUEUE = "fulfillment"

NUDGE_EXPIRES = 60
"""A nudge that has waited this many seconds is dropped: the tick has sent another."""
MOST_QUEUED = 5_000
"""Nudges in the queue beyond which none is added: a worker that is away must not fill the broker."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the queue's length."""


def make_celery(broker_url: str, *, timeout: float = 5.0) -> Celery:
    """Make the Celery app for *broker_url*; no connection is opened yet.

    *timeout* bounds every wait for the broker, in seconds. Raises `SettingsError` where Celery has no way to such
    a broker, or its library is not installed.
    """
    _insist_on_a_transport(broker_url)
    _guard_against_closed_channels()
    app = Celery("worker", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUEUE,
        task_create_missing_queues=True,
        # A nudge survives a worker's death, which brings the order back sooner than its lease does.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # A turn waits for an API most of its time; green pools stall with late acknowledgement.
        worker_pool="threads",
        worker_concurrency=16,
        worker_disable_rate_limits=True,
        worker_send_task_events=False,
        worker_eta_task_limit=1000,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,
        task_publish_retry=False,
        broker_transport_options=_transport_options(broker_url, timeout),
    )
    return app


def _insist_on_a_transport(broker_url: str) -> None:
    scheme = broker_url.partition(":")[0].partition("+")[0]
    try:
        # A sentinel would need its master's name, for which there is no setting.
        known = scheme != "sentinel" and resolve_transport(scheme) is not None
    except (KeyError, ImportError, NameError):  # kombu's modules meet a library that is missing in any of these ways
        known = False
    if not known:
        raise SettingsError(f"broker_url begins with {scheme}://, for which no transport is installed.")


def _transport_options(broker_url: str, timeout: float) -> dict[str, Any]:
    if not broker_url.startswith("redis"):
        return {}
    return {
        # Longer than any turn. What a dead worker had fetched comes back after this and the interval below.
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        # Without it, a publisher waits for ever for a broker that is stopped but not gone.
        "socket_timeout": timeout,
        "socket_connect_timeout": min(timeout, 2.0),
        "socket_keepalive": True,
        "health_check_interval": 5,
        # A repeated LPUSH whose first answer was lost is a second nudge.
        "retry_on_timeout": False,
        "max_connections": 20,
        "global_keyprefix": f"{QUEUE}:",
        "client_name": "fulfillment",
    }


def _guard_against_closed_channels() -> None:
    """Keep the worker alive when a broker goes away under un-acknowledged messages.

    kombu 5.7.0 restores them through a channel whose connection is gone, and the AttributeError ends
    the worker. As a connection error, it makes the consumer reconnect. A test tells when it can go.
    """
    channels: Any = redis_transport.Channel
    original = channels._connparams  # noqa: SLF001 - where the crash is
    if getattr(original, "guarded", False):
        return

    @wraps(original)
    def connparams(self: Any, asynchronous: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - kombu's signature
        if self.connection is None or getattr(self.connection, "client", None) is None:
            raise redis.ConnectionError("the channel is closed")
        return original(self, asynchronous)

    connparams.guarded = True  # type: ignore[attr-defined]
    channels._connparams = connparams  # noqa: SLF001


class NotQueued(Exception):
    """The broker does not take nudges now; the tick will find what was not queued."""


class Nudger:
    """Queues nudges. Bounded in time by the app's timeouts, and in number by the queue's length."""

    def __init__(self, app: Celery, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._app, self._elapsed = app, elapsed
        self._looked_at, self._room = float("-inf"), 0
        self._lock = threading.Lock()

    def room(self) -> int:
        """Tell how many nudges the queue has room for; raises `NotQueued` without a broker."""
        with _translated(), self._lock:
            self._look()
            return self._room

    def __call__(self, key: OrderKey) -> None:
        """Queue one nudge, or drop it when the queue is full; raises `NotQueued` without a broker."""
        with _translated():
            with self._lock:
                self._look()
                if self._room <= 0:
                    return
                self._room -= 1
            self._app.send_task(ADVANCE, args=list(key), expires=NUDGE_EXPIRES, ignore_result=True)

    def ping(self) -> None:
        """Look whether the broker answers; raises `NotQueued` if it does not."""
        with _translated(), self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)

    def _look(self) -> None:
        """Learn how much room the queue has, once in a while; a queue that does not exist yet is empty."""
        if self._elapsed() - self._looked_at < LOOK_EVERY:
            return
        with self._app.connection_for_write() as connection, connection.channel() as channel:
            declared: Any = self._app.amqp.queues[QUEUE].bind(channel).queue_declare()
        queued = declared.message_count
        self._looked_at, self._room = self._elapsed(), MOST_QUEUED - queued


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, AMQPError, OSError, redis.RedisError) as error:
        raise NotQueued(f"the broker does not answer: {type(error).__name__}") from error
