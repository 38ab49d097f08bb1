"""The guard around kombu's Redis transport: it is installed, it works, and it is still needed."""

from types import SimpleNamespace
from typing import Any

import pytest
import redis
from kombu.transport import redis as redis_transport

from worker.queue.celery_config import make_celery

CHANNEL: Any = redis_transport.Channel
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def closed_channel() -> Any:
    """A channel as kombu leaves it after the broker has closed the connection."""
    make_celery(NOWHERE)
    return SimpleNamespace(connection=SimpleNamespace(client=None))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_closed_channel_is_a_lost_connection_from_which_the_worker_recovers(closed_channel, asynchronous):
    with pytest.raises(redis.ConnectionError):
        CHANNEL._connparams(closed_channel, asynchronous)  # noqa: SLF001 - where the crash is
    closed_channel.connection = None
    with pytest.raises(redis.ConnectionError):
        CHANNEL._connparams(closed_channel, asynchronous)  # noqa: SLF001 - same


def test_the_guard_is_installed_once():
    make_celery(NOWHERE)
    guarded = CHANNEL._connparams  # noqa: SLF001 - same
    make_celery(NOWHERE)
    assert CHANNEL._connparams is guarded  # noqa: SLF001 - same


def test_the_guard_is_still_needed(closed_channel):
    unguarded = CHANNEL._connparams.__wrapped__  # noqa: SLF001 - same
    try:
        unguarded(closed_channel)
    except AttributeError:
        return
    except Exception as error:  # noqa: BLE001 - any other error means that kombu has changed
        pytest.fail(f"remove the guard: kombu now raises {error!r} for a closed channel")
    pytest.fail("remove the guard: kombu now accepts a closed channel")
