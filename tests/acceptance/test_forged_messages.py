"""Whoever reaches the broker writes what it wants into the queue: no message ends, stops or fills a worker."""

from contextlib import suppress
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import amqp
import pytest

from tests.fuzz.messages import forged
from tests.support.brokers import rabbitmq_url
from tests.support.courier import event_document
from tests.support.forging import ARGUMENTS, QUEUE_KEY, UnreadableMessage, bomb, entry, headers, remote_control
from tests.support.installation import CELERY, Installation
from tests.support.programs import Program, until

FAR = "2126-01-01T00:00:00+00:00"
DECODED = '{"__type__": "x", "__value__": 1}'
FORGED = {
    "not JSON": ["hello"],
    "not an object": ["[1, 2]"],
    "nothing": [""],
    "no properties": ['{"properties": null}'],
    "nested": ["[" * 10_000],
    "a tag that is no text": [entry(properties={"delivery_tag": ["x"]})],
    "an unknown encoding": [entry(properties={"body_encoding": "rot13"})],
    "a body that is no list": [entry(b"5")],
    "a body that is nested": [entry(b"[" * 3_000)],
    "an id that is no text": [entry(id=[1])],
    "a task that is no text": [entry(task=["x"])],
    "another task": [entry(task="os.system")],
    "limits that are none": [entry(timelimit="x"), entry(timelimit=[0.001, 0.001])],
    "callbacks": [entry(b'[["main", "1"], {}, {"callbacks": [5], "errbacks": [5], "chord": {"x": 1}, "chain": [7]}]')],
    "pickle": [entry().replace("application/json", "application/x-python-serialize")],
    "an ETA that is none": [entry(eta="x")],
    "a retry": [entry(retries="x"), entry(stamps=[1], stamped_headers=5)],
    "a value that kombu decodes": [
        entry(x={"__type__": kind, "__value__": "abc"}) for kind in ("decimal", "bytes", "x")
    ],
    "headers that kombu decodes": [entry().replace('"headers": {', f'"headers": {DECODED}, "others": {{')],
    "no route back": [entry(properties={"delivery_info": {"exchange": "nowhere", "routing_key": "x"}})],
}
KEYS = (QUEUE_KEY, "fulfillment:unacked", "fulfillment:unacked_index")
SEVERAL_ORDERS = range(1, 5)
DROPPED = "messages_dropped"


@pytest.fixture(scope="module")
def installation(build) -> Installation:
    installation: Installation = build().open()
    for order in SEVERAL_ORDERS:
        installation.sandbox.order(order)
    return installation


def completes(installation: Installation, order: int) -> None:
    """Deliver an event of *order*, and wait until the order is completed."""
    installation.courier.post(event_document(f"evt_{order}", "shipment.delivered", order))
    until(lambda: installation.sandbox.seen(order)["status"] == "completed", what="the order is completed")


def empties(installation: Installation) -> None:
    """Wait until a worker has taken every message."""
    until(lambda: installation.broker.llen(QUEUE_KEY) == 0, what="the queue is empty")


def says_that_it_dropped(worker: Program) -> None:
    """Wait until *worker* has logged that it dropped messages."""
    until(lambda: DROPPED in worker.output, what="the worker says so")


def peak_mega_bytes(program: Program) -> int:
    """Return the most memory that *program* has had."""
    status = Path(f"/proc/{program.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1_000


def test_forged_messages_of_every_kind_are_dropped_and_honest_orders_are_completed(installation):
    for messages in FORGED.values():
        installation.broker.lpush(QUEUE_KEY, *messages)
    random = Random(12)
    installation.broker.lpush(QUEUE_KEY, *(forged(random) for _ in range(300)))
    empties(installation)
    completes(installation, 1)
    assert installation.worker.is_alive
    says_that_it_dropped(installation.worker)
    assert installation.worker.output.count(DROPPED) < 5, "a line a message, not a minute"
    assert "Traceback" not in installation.worker.output


def test_neither_compressed_nor_huge_messages_take_memory(installation):
    before = peak_mega_bytes(installation.worker)
    small_body = bomb(400)
    assert len(small_body) < 1_000_000
    installation.broker.lpush(QUEUE_KEY, entry(small_body, compression="application/x-gzip"))
    installation.broker.lpush(QUEUE_KEY, entry(bomb(3), compression="zlib"))
    installation.broker.lpush(QUEUE_KEY, "[" + "[]," * 5_000_000 + "[]]")
    empties(installation)
    completes(installation, 2)
    assert peak_mega_bytes(installation.worker) - before < 100


def test_messages_with_a_far_eta_hold_up_nothing(installation):
    installation.broker.lpush(QUEUE_KEY, *(entry(eta=FAR) for _ in range(1_500)))
    empties(installation)
    completes(installation, 3)


@pytest.mark.parametrize("command", [(), (*CELERY, "worker", "-c", "2", "-l", "info")], ids=["fulfillment", "celery"])
def test_no_worker_listens_to_remote_control_however_it_was_started(installation, command):
    worker = installation.worker
    if command:
        worker = installation.add("celery", command, lambda: "worker_ready" in worker.output).start()
    until(lambda: ' ready."' in worker.output, what="it listens to its queue, and Celery would listen to the commands")
    for method in ("shutdown", "cancel_consumer", "pool_shrink"):
        message = remote_control(method, queue="fulfillment", n=100)
        assert installation.broker.publish("fulfillment:/0.celery.pidbox", message) == 0, "somebody listens"
    assert worker.is_alive


def test_an_entry_that_somebody_wrote_into_the_record_of_unacknowledged_messages_is_deleted(installation):
    installation.broker.zadd("fulfillment:unacked_index", {"forged": 1})
    installation.broker.hset("fulfillment:unacked", "forged", "nonsense")
    until(lambda: installation.broker.hlen("fulfillment:unacked") == 0, what="the record is empty")
    assert "Error in timer" not in installation.worker.output


def test_something_else_in_the_place_of_a_key_of_the_queue_is_deleted(installation):
    for key in KEYS:
        installation.broker.set(key, "x")
    until(lambda: b"string" not in map(installation.broker.type, KEYS), what="they are deleted")
    completes(installation, 4)
    assert "Connection to broker lost" not in installation.worker.output


def test_messages_that_the_client_of_rabbitmq_cannot_read_are_dropped(build):
    for url in rabbitmq_url():
        installation: Installation = build(BROKER_URL=url).open()
        installation.sandbox.order(1)
        publish(url, UnreadableMessage(ARGUMENTS))
        publish(url, amqp.basic_message.Message(b"[" * 3_000_000, application_headers=headers()))
        completes(installation, 1)
        assert installation.worker.is_alive
        says_that_it_dropped(installation.worker)
        assert "Traceback" not in installation.worker.output


def publish(url: str, message: amqp.basic_message.Message) -> None:
    """Write *message* into the queue at the RabbitMQ server of *url*, once a worker listens to it."""
    parts = urlsplit(url)
    address, host = f"{parts.hostname}:{parts.port}", parts.path.removeprefix("/") or "/"
    user, password = parts.username or "guest", parts.password or "guest"
    with amqp.Connection(address, userid=user, password=password, virtual_host=host) as connection:
        until(lambda: has_consumer(connection), what="a worker listens to the queue")
        connection.channel().basic_publish(message, exchange="", routing_key="fulfillment")


def has_consumer(connection: amqp.Connection) -> bool:
    """Tell whether the queue exists and somebody listens to it. RabbitMQ drops what is for no queue."""
    with suppress(amqp.NotFound):
        declared = connection.channel().queue_declare("fulfillment", passive=True)  # its name, messages and consumers
        return bool(declared and declared[2])
    return False
