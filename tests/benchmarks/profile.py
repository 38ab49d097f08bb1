"""Where the processor time goes: of a delivery, of a reconciliation and of a call. One thread, in this process."""

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import count, islice
from pathlib import Path
from typing import Any

import structlog

from tests.benchmarks import installations
from tests.benchmarks.designs import Design, ours
from tests.benchmarks.documents import STAGES, document, documents
from tests.benchmarks.load import PATH
from tests.benchmarks.resources import Usage, database_seconds
from tests.benchmarks.sampling import sampled, sqlite_in_frames
from tests.support.installation import SECRETS
from tests.support.signing import signature
from webhook_receiver.wiring import open_app
from worker.domain.orders import OrderKey
from worker.processes.logs import configure_logs
from worker.queue.fair_share import FairShare
from worker.service import wiring
from worker.settings import Settings, load_settings

DELIVERIES, ORDERS = 2000, range(1, 201)
GROUPS = (1, 8)
OF_A_DELIVERY = {
    "worker/store": "the database",
    "webhook_receiver/profiles": "signature and reading",
    "webhook_receiver/signatures": "signature and reading",
    "webhook_receiver/background": "wake-ups",
    "": "HTTP and the rest",
}
OF_AN_ORDER = {"worker/store": "the database", "worker/order_api": "calls", "": "the rules"}

_numbers = count(1_000_000)


def run() -> Iterator[str]:
    """Measure on both databases. Log lines are made as a service makes them, and nobody reads them."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        configure_logs("info", "json", nowhere)
        with sqlite_in_frames():
            yield from _on("SQLite", "")
        with installations.empty_postgresql() as url:
            yield from _on("PostgreSQL", url)
        structlog.reset_defaults()


def _on(where: str, database_url: str) -> Iterator[str]:
    with ours(database_url) as design:
        settings = load_settings(design.installation.environ)
        yield f"{where}: the receiver's processes, under full load on 8 connections: {_whole(design)} a delivery"
        for size in GROUPS:
            yield f"{where}: the receiver's application, {size} deliveries together"
            yield from _deliveries(settings, size)
        design.expect(ORDERS)
        design.send(documents(ORDERS))
        yield f"{where}: the worker, orders of {len(STAGES)} steps"
        yield from _orders(design, settings)


# ---------------------------------------------------------------------------------------------------------- a delivery


def _whole(design: Design) -> str:
    """Return the processor time that the receiver's processes, and PostgreSQL's for them, need for a delivery."""
    bodies = _bodies(DELIVERIES)
    usage = Usage({"receiver": design.receiver}, design.installation)
    design.send(bodies)
    return ", ".join(f"{part} {1000 * used / len(bodies):.3f} ms" for part, used in usage.seconds().items())


def _deliveries(settings: Settings, size: int) -> Iterator[str]:
    requests = [_environ(body.encode()) for body in _bodies(DELIVERIES)]
    warm_up, measured = requests[: DELIVERIES // 4], requests[DELIVERIES // 4 :]
    with open_app(settings) as app:
        _post(app, warm_up, size)
        with sampled(OF_A_DELIVERY) as samples:
            _post(app, measured, size)
    yield from _indented(samples.table(len(measured), "a delivery"))


def _post(app: Callable[..., Iterable[bytes]], environs: Sequence[dict[str, Any]], size: int) -> None:
    """Let *app* answer the requests, *size* at a time: all are called before the first answer is asked for."""
    statuses: set[str] = set()

    def start_response(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.add(status)
        return lambda _: None

    waiting = iter(environs)
    while group := list(islice(waiting, size)):
        for answer in [app(environ, start_response) for environ in group]:
            b"".join(answer)
            getattr(answer, "close", tuple)()
    if {status.partition(" ")[0] for status in statuses} != {"202"}:
        raise AssertionError(statuses)


def _bodies(number: int) -> list[str]:
    return [document(order_id, "shipped") for order_id in islice(_numbers, number)]


def _environ(body: bytes) -> dict[str, Any]:
    stamp = str(int(time.time()))
    return {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": PATH,
        "PATH_INFO": PATH,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_HOST": "localhost",
        "HTTP_X_TIMESTAMP": stamp,
        "HTTP_X_AWAL_SIGNATURE_256": signature(SECRETS["courier"].encode(), "POST", PATH, stamp, body),
    }


# ----------------------------------------------------------------------------------------------------------- an order


def _orders(design: Design, settings: Settings) -> Iterator[str]:
    services, before = wiring.build_worker(settings, FairShare(1)), database_seconds(design.installation)
    with closing(services.database):
        with sampled(OF_AN_ORDER) as samples:
            for number in ORDERS:
                services.reconciler.reconcile(OrderKey("main", str(number)))
        database = database_seconds(design.installation) - before
    if design.steps() < len(ORDERS) * len(STAGES):
        raise AssertionError("the orders are not completed")
    calls = design.installation.sandbox.totals()["calls"]
    yield from _indented(samples.table(len(ORDERS), f"an order with {calls / len(ORDERS):g} calls"))
    of_calls = sum(n for (area, _), n in samples.count.items() if area == "calls") / samples.count.total()
    yield f"  {1000 * samples.seconds * of_calls / calls:.3f} ms a call"
    if database:
        yield f"  and PostgreSQL's own process: {1000 * database / len(ORDERS):.3f} ms an order"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
