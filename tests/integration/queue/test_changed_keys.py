"""Somebody else has changed the keys of the broker: what is wrong is deleted, and nothing is read out of them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import redis

from tests.support.brokers import redis_url
from tests.support.events import KEY
from worker.queue.celery_config import make_celery
from worker.queue.messages import QUEUE
from worker.queue.wake_ups import WakeUpQueue

PREFIX = f"{QUEUE}:"
UNACKED = f"{PREFIX}unacked"


@pytest.fixture
def client() -> Iterator[redis.Redis]:
    for url in redis_url():
        with redis.Redis.from_url(url) as client:
            yield client


@pytest.fixture
def queue(client: redis.Redis) -> Iterator[Any]:
    """The queue with one wake-up, on a connection of its own."""
    for url in redis_url():
        app = make_celery(url)
        with closing(WakeUpQueue(app)) as wake_ups:
            wake_ups.enqueue(KEY)
        with app.connection_for_write() as connection:
            yield app.amqp.queues[QUEUE].bind(connection.default_channel)


@pytest.mark.parametrize("name", ["unacked", "unacked_index"])
def test_a_key_of_another_type_in_the_record_of_messages_is_deleted(client, queue, name):
    client.set(PREFIX + name, "x")
    message = queue.get()
    assert client.hlen(UNACKED) == 1
    client.delete(PREFIX + name)
    client.set(PREFIX + name, "x")
    message.ack()
    assert client.keys(PREFIX + "unacked*") == []


def test_keys_of_another_type_in_the_bindings_are_deleted(client, queue):
    bindings = [f"{PREFIX}_kombu.binding.{QUEUE}", f"{PREFIX}_kombu.binding_permanent.{QUEUE}"]
    for name in bindings:
        client.set(name, "x")
    queue.channel._queue_bind(QUEUE, QUEUE, "", QUEUE)  # noqa: SLF001 - declaring does it once in a process
    assert [client.type(name) for name in bindings] == [b"set", b"set"]


def test_other_errors_of_the_broker_are_raised(queue):
    with pytest.raises(redis.ResponseError, match="NOPERM"):
        queue.channel.repairing(lambda: _raise(redis.ResponseError("NOPERM no permission")))


def test_a_message_is_enqueued_again_as_it_came_whatever_the_record_says_by_then(client, queue):
    message = queue.get()
    client.hset(UNACKED, message.delivery_tag, '{"__type__": "decimal", "__value__": "abc"}')
    message.requeue()
    again = queue.get()
    assert (again.headers["task"], again.body) == (message.headers["task"], message.body)


def _raise(error: Exception) -> None:
    raise error
