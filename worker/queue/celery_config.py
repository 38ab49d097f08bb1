"""The configuration of Celery, without results, retries and ETA: see "The queue" in `worker/DESIGN.md`."""

import ssl
from collections.abc import Mapping
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES, resolve_transport

from worker.domain.errors import SettingsError
from worker.queue.compression import refuse_compression
from worker.queue.kombu_guard import guard_closed_channels
from worker.queue.messages import QUEUE

TRANSPORTS = {
    "redis": "worker.queue.redis_broker:Transport",
    "rediss": "worker.queue.redis_broker:Transport",
    "amqp": "worker.queue.amqp_broker:Transport",
    "pyamqp": "worker.queue.amqp_broker:Transport",
    "amqps": "worker.queue.amqp_broker:TlsTransport",
}
"""Our own transports, by the scheme of the URL. For other brokers, kombu's are used."""

_CONFIG: Mapping[str, object] = {
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_default_queue": QUEUE,
    "task_create_missing_queues": True,
    # With RabbitMQ, an operator's task survives the death of its worker.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    # The tasks share the slots of their process. Green pools would stall with late acknowledgement.
    "worker_pool": "threads",
    "worker_concurrency": 16,
    "worker_disable_rate_limits": True,
    "worker_send_task_events": False,
    # By remote control, one message ends a worker, or makes it consume nothing.
    "worker_enable_remote_control": False,
    "worker_eta_task_limit": 1000,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # RabbitMQ and the worker hear from each other this often, in seconds; else the connection is opened anew.
    "broker_heartbeat": 10,
    "worker_consumer": "worker.queue.consumer:WakeUpConsumer",
    "broker_channel_error_retry": True,
    "task_publish_retry": False,
}
"""The configuration for every broker."""


def make_celery(broker_url: str, *, timeout_seconds: float = 5.0, ca_file: str = "") -> Celery:
    """Make the Celery app for *broker_url*. No connection is opened yet.

    *timeout_seconds* bounds every wait for the broker. *ca_file* has the certificates of the authorities that may
    certify the broker for TLS; empty: those that the machine trusts. Raises `SettingsError` when Celery has no
    transport for the broker, or the library of the transport is not installed.
    """
    TRANSPORT_ALIASES.update(TRANSPORTS)
    _require_transport(broker_url)
    guard_closed_channels()
    refuse_compression()
    app = Celery("worker", broker=broker_url, set_as_current=False)
    app.conf.update(
        _CONFIG,
        broker_connection_timeout=timeout_seconds,
        broker_transport_options=_transport_options(broker_url, timeout_seconds)
        | ({"ca_file": ca_file} if ca_file else {}),
        # For TLS, our transports verify the server. Without this, kombu warns that it does not.
        broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED} if broker_url.startswith("rediss:") else False,
    )
    return app


def timeout_of(app: Celery) -> float:
    """Return how many seconds *app* waits for the broker."""
    return float(app.conf.broker_connection_timeout)


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
    if broker_url.startswith(("amqp", "pyamqp")):
        return {"read_timeout": timeout_seconds, "write_timeout": timeout_seconds}
    if not broker_url.startswith("redis"):
        return {}
    return {
        # In seconds. What a dead worker has not acknowledged is deleted after this time plus the interval below.
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
