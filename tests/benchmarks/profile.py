"""Where the time goes: in the receiver for a request, in the worker for an order. One thread, in this process."""

import io
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from tests.benchmarks import installations
from tests.benchmarks.designs import ours
from tests.benchmarks.documents import STAGES, document, documents
from tests.benchmarks.figures import formatted
from tests.support.events import a_delivery, an_event
from tests.support.installation import SECRETS
from tests.support.signing import signature
from webhook_receiver.app import create_app
from webhook_receiver.formats import format_of
from webhook_receiver.reception import Reception
from webhook_receiver.requests import Request
from webhook_receiver.views import ReceiverServices
from webhook_receiver.wiring import sources_of
from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Delivery, Receipt
from worker.queue.celery_config import make_celery
from worker.queue.fair_share import FairShare
from worker.queue.wake_ups import WakeUpQueue
from worker.service import wiring
from worker.settings import Settings, load_settings
from worker.store.database.database import Database
from worker.store.intake.recording import record
from worker.store.schema import open_store

TIMES, ORDERS = 600, range(1, 101)
GROUPS = (1, 4, 8)
PATH = "/webhooks/courier"

_numbers = count(1)


def run() -> Iterator[str]:
    """Measure both halves on both databases."""
    yield from _on("SQLite", "")
    with installations.empty_postgresql() as url:
        yield from _on("PostgreSQL", url)


def _on(where: str, database_url: str) -> Iterator[str]:
    with ours(database_url) as design:
        settings = load_settings(design.installation.environ)
        yield f"ms of processor time a request, receiver, {where}: {_request(settings)}"
        design.expect(ORDERS)
        design.send(documents(ORDERS))
        yield f"ms an order of {len(STAGES)} steps, worker, {where}: {_order(settings)}"


# ---------------------------------------------------------------------------------------------------------- a request


def _request(settings: Settings) -> str:
    source = sources_of(settings)["courier"]
    app = create_app(
        ReceiverServices(Reception({"courier": source}, _FakeIntake(), _FakeWakeUps(), _ignore), dict, bytes)
    )
    bodies = [document(next(_numbers), "shipped").encode() for _ in range(TIMES)]
    signed = [_signed(body) for body in bodies]
    whole = _cost(lambda body_and_request: _call(app, *body_and_request), list(zip(bodies, signed, strict=True)))
    its_format = format_of(source)
    verifying = _cost(its_format.authenticate, signed)
    reading = _cost(lambda body: its_format.read(body, 1), bodies)
    parts = {"Flask": whole - verifying - reading, "signature": verifying, "reading": reading}
    with closing(open_store(settings.database_url.get_secret_value())) as database:
        parts |= {f"database, {size} together": _written(database, size) for size in GROUPS}
    wake_ups = WakeUpQueue(make_celery(settings.queue_url))
    parts["(a wake-up, of which few are sent under load)"] = _cost(
        wake_ups.enqueue, [OrderKey("x", str(n)) for n in range(TIMES)]
    )
    return ", ".join(f"{name} {formatted(1000 * cost)}" for name, cost in parts.items())


def _signed(body: bytes) -> Request:
    stamp = str(int(time.time()))
    signed = signature(SECRETS["courier"].encode(), "POST", PATH, stamp, body)
    return Request("POST", PATH.encode(), {"x-timestamp": stamp, "x-awal-signature-256": signed}, body)


def _call(app: Flask, body: bytes, request: Request) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": PATH,
        "PATH_INFO": PATH,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_X_TIMESTAMP": request.headers["x-timestamp"],
        "HTTP_X_AWAL_SIGNATURE_256": request.headers["x-awal-signature-256"],
    }
    _, status, _ = run_wsgi_app(app, environ)
    if status != "202 ACCEPTED":
        raise AssertionError(status)


def _written(database: Database, size: int) -> float:
    """Return the seconds for each of *size* deliveries that share a transaction."""

    def write(group: list[Delivery]) -> None:
        with database.write() as connection:
            record(connection, group)

    return _cost(write, [[_delivery() for _ in range(size)] for _ in range(TIMES // size)]) / size


def _delivery() -> Delivery:
    number = next(_numbers)
    return a_delivery(
        an_event(key=f"profile-{number}", name=EventName.ORDER_SHIPPED, order=OrderKey("main", str(number)))
    )


class _FakeWakeUps:
    """Wake-ups that are not sent and take no time."""

    def enqueue(self, _keys: Sequence[OrderKey]) -> None:
        """Do nothing."""


class _FakeIntake:
    """An intake that stores nothing and takes no time."""

    def now(self) -> int:
        return time.time_ns() // 1000

    def write(self, delivery: Delivery) -> Receipt:
        return Receipt(DeliveryOutcome.ACCEPTED, 1, 1, wake_ups=(delivery.events[0].order,))

    def count_quarantined(self, source: str, reason: QuarantineReason, since: int) -> int:
        raise AssertionError(source, reason, since)

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        raise AssertionError(counts)


def _ignore(_source: str, _outcome: str) -> None:
    """Count nothing."""


def _cost(work: Callable[[Any], object], items: list[Any]) -> float:
    """Return the seconds of processor time that *work* needs for one item, after a quarter of them as a warm-up."""
    for item in items[: len(items) // 4]:
        work(item)
    rest = items[len(items) // 4 :]
    began = time.process_time()
    for item in rest:
        work(item)
    return (time.process_time() - began) / len(rest)


# ----------------------------------------------------------------------------------------------------------- an order


@dataclass(frozen=True, slots=True)
class _Timed:
    """Wraps a port, and adds up the seconds and the calls of each of its methods."""

    port: Any
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.port, name)
        return partial(self._call, name, member) if callable(member) else member

    def _call(self, name: str, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*arguments, **options)
        finally:
            self.calls[name] += 1
            self.seconds[name] += time.perf_counter() - began


def _order(settings: Settings) -> str:
    services = wiring.build_worker(settings, FairShare(1))
    with closing(services.database):
        store, api = _Timed(services.reconciler.store), _Timed(services.reconciler.apis["main"])
        reconciler = replace(services.reconciler, store=store, apis={"main": api})
        began, used = time.perf_counter(), time.process_time()
        for number in ORDERS:
            reconciler.reconcile(OrderKey("main", str(number)))
        whole, used = time.perf_counter() - began, time.process_time() - used
    parts = {
        f"{name} ({port.calls[name] / len(ORDERS):g} times)": seconds
        for port in (api, store)
        for name, seconds in port.seconds.items()
    }
    parts["the rest: rules"] = whole - sum(parts.values())
    each = ", ".join(f"{name} {formatted(1000 * seconds / len(ORDERS))}" for name, seconds in parts.items())
    return (
        f"{each}; whole {formatted(1000 * whole / len(ORDERS))}, of it processor {formatted(1000 * used / len(ORDERS))}"
    )
