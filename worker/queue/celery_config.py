"""The configuration of Celery, without results, retries and ETA: see "The queue" in `worker/DESIGN.md`."""

from collections.abc import Mapping
from typing import Any

from celery import Celery
from kombu.transport import resolve_transport

from worker.domain.errors import SettingsError
from worker.queue.kombu_guard import guard_closed_channels

QUEUE = "fulfillment"


_CONFIG: Mapping[str, object] = {
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_default_queue": QUEUE,
    "task_create_missing_queues": True,
    # A wake-up survives the death of its worker. It brings the order back sooner than the end of the lease does.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    # A reconciliation mostly waits for an API. Green pools would stall with late acknowledgement.
    "worker_pool": "threads",
    "worker_concurrency": 16,
    "worker_disable_rate_limits": True,
    "worker_send_task_events": False,
    "worker_eta_task_limit": 1000,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "task_publish_retry": False,
}
"""The configuration for every broker."""


def make_celery(broker_url: str, *, timeout_seconds: float = 5.0) -> Celery:
    """Make the Celery app for *broker_url*. No connection is opened yet.

    *timeout_seconds* bounds every wait for the broker. Raises `SettingsError` when Celery has no transport for the
    broker, or the library of the transport is not installed.
    """
    _require_transport(broker_url)
    guard_closed_channels()
    app = Celery("worker", broker=broker_url, set_as_current=False)
    app.conf.update(_CONFIG, broker_transport_options=_transport_options(broker_url, timeout_seconds))
    return app


def _require_transport(broker_url: str) -> None:
    scheme = broker_url.partition(":")[0].partition("+")[0]
    try:
        # Sentinel would need the name of the master, for which there is no setting.
        has_transport = scheme != "sentinel" and resolve_transport(scheme) is not None
    except (KeyError, ImportError, NameError):  # any of these, when the library that a module of kombu needs is missing
        has_transport = False
    if not has_transport:
        raise SettingsError(f"broker_url begins with {scheme}://, for which no transport is installed.")


def _transport_options(broker_url: str, timeout_seconds: float) -> dict[str, Any]:
    if not broker_url.startswith("redis"):
        return {}
    return {
        # In seconds; longer than any reconciliation. The wake-ups of a dead worker come back after this time plus the
        # interval below.
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        # Without it, a publisher waits without end for a broker that was suspended.
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": min(timeout_seconds, 2.0),
        "socket_keepalive": True,
        "health_check_interval": 5,
        # A second LPUSH, after the answer to the first was lost, would be a second wake-up.
        "retry_on_timeout": False,
        "max_connections": 20,
        "global_keyprefix": f"{QUEUE}:",
        "client_name": "fulfillment",
    }
