"""The fast baseline: asyncio from end to end, with a list in Redis as the queue and aiohttp for all HTTP.

The receiver verifies, and appends the event to the list. As many tasks as the worker has slots take events from it:
each reads the order, and moves it step by step to the stage that the event names. So repeated and late events do no
harm. Nothing is written to a disk, nothing takes turns on an order, and an event that a worker has taken ends with it.

`python -m tests.benchmarks.asyncio_baseline receiver PORT PROCESSES`, or `worker SLOTS`.
"""

import asyncio
import hashlib
import hmac
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypedDict

import aiohttp
from aiohttp import web
from redis import asyncio as redis

from worker.processes.parent_death import with_parent_death_signal

SECRET = os.environ["FULFILLMENT_SOURCES__COURIER__SECRETS"].encode()
BASE_URL = os.environ["FULFILLMENT_ACCOUNTS__MAIN__BASE_URL"]
PHONE_NUMBER_ID = os.environ["FULFILLMENT_ACCOUNTS__MAIN__PHONE_NUMBER_ID"]
HMAC_SECRET = os.environ["FULFILLMENT_ACCOUNTS__MAIN__HMAC_SECRET"].encode()
KEY = "events"
QUEUE = web.AppKey[Any]("queue")
STAGES = ("pending", "accepted", "shipped", "delivered", "completed")
TRIES = 6
"""For one event. The pause after a failure is a second at first, and doubles."""


class News(TypedDict):
    """An event: an order, and the stage that it has reached."""

    order_id: int
    stage: str


# ------------------------------------------------------------------------------------------------------------ receiver


async def receive(request: web.Request) -> web.Response:
    """Take in one webhook."""
    body = await request.read()
    message = f"POST{request.path_qs}{request.headers['X-Timestamp']}".encode() + body
    signature = "sha256=" + hmac.new(SECRET, message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, request.headers["X-Awal-Signature-256"]):
        return web.json_response({"status": "refused"}, status=401)
    event = json.loads(body)
    news = News(order_id=event["data"]["order_id"], stage=event["event"].removeprefix("order."))
    await request.app[QUEUE].put(news)
    return web.json_response({"status": "accepted"}, status=202)


async def serve(port: int, queue: Callable[[], Any]) -> None:
    """Serve the receiver until the process ends."""
    app = web.Application()
    app[QUEUE] = queue()
    app.router.add_post("/webhooks/courier", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_port=True).start()
    report("listening")
    await asyncio.Event().wait()


# -------------------------------------------------------------------------------------------------------------- worker


async def work(slots: int) -> None:
    """Take events from the queue until the process ends, at most *slots* at once."""
    async with open_session(slots) as session:
        report("ready")
        await asyncio.gather(*(take(session, Queue()) for _ in range(slots)))


def open_session(slots: int) -> aiohttp.ClientSession:
    """Return the HTTP client of a worker."""
    connector, timeout = aiohttp.TCPConnector(limit=slots), aiohttp.ClientTimeout(10)
    return aiohttp.ClientSession(connector=connector, timeout=timeout)


async def take(session: aiohttp.ClientSession, queue: "Queue") -> None:
    """Take one event after another."""
    while True:
        news = await queue.get()
        for tries in range(TRIES):
            try:
                await move(session, **news)
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(2**tries * random.uniform(0.5, 1))
            else:
                break


async def move(session: aiohttp.ClientSession, order_id: int, stage: str) -> None:
    """Bring an order to *stage*, one step at a time."""
    path = f"/orders/{order_id}?phone_number_id={PHONE_NUMBER_ID}"
    order = await call(session, "GET", path)
    for step in STAGES[STAGES.index(order["status"]) + 1 : STAGES.index(stage) + 1]:
        await call(session, "PUT", path, json.dumps({"status": step, "payment_status": order["payment_status"]}))


async def call(session: aiohttp.ClientSession, method: str, path: str, body: str = "") -> Any:
    """Sign and send one call to the platform; return the order that it shows."""
    url, timestamp = BASE_URL + path, str(int(time.time()))
    signed = url[url.index("/", len("http://")) :]
    message = f"{method}{signed}{timestamp}{body}".encode()
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-Awal-Signature-256": "sha256=" + hmac.new(HMAC_SECRET, message, hashlib.sha256).hexdigest(),
        "X-Timestamp": timestamp,
        "X-Domain": "shop",
        "X-Client-ID": "client",
    }
    async with session.request(method, url, headers=headers, data=body or None) as response:
        response.raise_for_status()
        return (await response.json())["data"]


# --------------------------------------------------------------------------------------------------------------- queue


class Queue:
    """Events in a list in Redis."""

    def __init__(self) -> None:
        self._redis = redis_client()

    async def put(self, news: News) -> None:
        """Append an event."""
        await self._redis.rpush(KEY, json.dumps(news))

    async def get(self) -> News:
        """Wait for an event, and remove it."""
        reply: Any = await self._redis.blpop([KEY])
        news: News = json.loads(reply[1])
        return news


def redis_client() -> "redis.Redis":
    """Return a client, which opens connections as it needs them."""
    return redis.from_url(os.environ["TUTORIAL_BROKER_URL"].replace("redis+socket://", "unix://"))


def report(state: str) -> None:
    """Tell whoever started this program that it is ready."""
    sys.stdout.write(f"{state}\n")
    sys.stdout.flush()


def main(
    arguments: Sequence[str],
    queue: Callable[[], Any] = Queue,
    work: Callable[[int], Coroutine[Any, Any, None]] = work,
) -> None:
    """Run the receiver, as several processes that share a port, or the worker."""
    role, number, processes = [*arguments, "1"][:3]
    for _ in range(int(processes) - 1):
        command = [sys.executable, *sys.orig_argv[1:-1], "1"]
        subprocess.Popen(with_parent_death_signal(command))  # it ends with this process
    asyncio.run(work(int(number)) if role == "worker" else serve(int(number), queue))


if __name__ == "__main__":
    main(sys.argv[1:])
