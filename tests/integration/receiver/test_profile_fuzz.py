"""Random deliveries to sources with profiles, over real HTTP and to a real database: each answer is of the contract."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.clock import Clock
from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import AGO, NOW, source_of
from tests.support.couriers.samples import Courier, Sent
from tests.support.fakes import FakeWakeUps
from tests.support.hostile import ODD_VALUES, paths_of, planted
from tests.support.invented import SECRET, profile
from tests.support.invented import source_of as invented_source_of
from tests.support.strange_requests import damaged, framed
from tests.support.wire import Connection, connections, request, serving
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.profiles.schema.files import load_profile
from webhook_receiver.reception import Reception
from webhook_receiver.server.timeouts import Timeouts
from webhook_receiver.sources import Source
from worker.domain.instants import instant_of
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries, events

STATUSES = {100, 200, 202, 204, 400, 401, 404, 405, 408, 413, 431, 501}
"""503 is missing because the database of this test is always available. 500 is a defect."""
SHORT = Timeouts(silence_seconds=2.0, idle_seconds=2.0, answer_seconds=60.0)
"""Answers may take longer than the silence of a sender, because hundreds of deliveries come at once."""
REQUESTS = 400
METHODS = [*["POST"] * 30, "PUT", "PUT", "GET", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", "!#$%"]

FORM = profile(top='content = "form"\nmethods = ["POST", "PUT", "GET", "HEAD"]', more="[answer]\nstatus = 204")
BATCH = profile(
    top='probes = ["HEAD", "GET", "empty"]',
    document='each = "[].scans[]"',
    read='number = "[].ref"\ntracking = "[].awb"\ntime_parts = ["[].scans[].date", "[].scans[].clock"]',
    status='from = "[].scans[].state"\nrows = [["D", "delivered"], ["P*", "picked_up"], ["", "info"]]',
    more='[answer]\nstatus = 202\nbody = \'{"ok": true, "id": "{uuid}"}\'',
)
CAPTURE = load_profile("capture")
TOKEN_IN_URL = "a-token-of-24-characters"
INVENTED = {
    "form": [b"state=D&ref=1", b"ref=2&state=X", b"state=I", b"a=b&a=c", b"", b"state=D&ref=%ff", b"=&=&&"],
    "batch": [
        b'[{"ref":"1","awb":"A","scans":[{"state":"D","date":"2026-11-27"},{"state":"?"}]},{"scans":7}]',
        b'[{"ref":"2","scans":[{"state":"Pu","date":"2026-11-27","clock":"10:00+03:00"}]}]',
        b"[]",
        b"{}",
        b'[{"scans":[{}]}]',
    ],
    "capture": [b"anything \0 at all", b"\xff" * 3000, b""],
}


@dataclass(frozen=True, slots=True)
class StrangeSender:
    """Makes random requests to one source."""

    name: str
    send: Callable[[Random], Sent]


def sources() -> Iterator[Source]:
    yield from map(source_of, COURIERS)
    for name, chosen in (("form", FORM), ("batch", BATCH), ("capture", CAPTURE)):
        secrets = {"token": (TOKEN_IN_URL if name == "capture" else SECRET,)}
        yield replace(invented_source_of(chosen, secrets=secrets), name=name)


def senders() -> Iterator[StrangeSender]:
    yield from (StrangeSender(courier.profile, deliveries_of(courier)) for courier in COURIERS)
    yield from (StrangeSender(name, invented_deliveries(name)) for name in INVENTED)


def deliveries_of(courier: Courier) -> Callable[[Random], Sent]:
    """Return a maker of signed deliveries of a courier: ordinary ones, and those with odd values in two fields."""
    samples = [sample.sent for sample in courier.samples(AGO)]
    paths = sorted(set(paths_of(load_profile(courier.profile))), key=lambda path: path.text)

    def make(random: Random) -> Sent:
        if random.random() < 0.4:
            return random.choice(samples)
        document: Any = courier.document("delivered", AGO(random.randrange(9)))
        for path in random.sample(paths, 2):
            document = planted(document, path, random.choice(ODD_VALUES))
        return courier.sent(document)

    return make


def invented_deliveries(name: str) -> Callable[[Random], Sent]:
    query = f"?token={TOKEN_IN_URL}&a=%20" if name == "capture" else ""
    return lambda random: Sent({"X-Token": SECRET}, random.choice(INVENTED[name]), query=query)


def strange_requests(seed: int) -> list[bytes]:
    """Return the requests. Most are authentic, some come again, and one in four is damaged."""
    random, all_senders = Random(seed), list(senders())
    requests = [strange_request(random, random.choice(all_senders)) for _ in range(REQUESTS)]
    requests = [random.choice(requests) if random.random() < 1 / 8 else raw for raw in requests]
    return [damaged(random, raw) if random.random() < 1 / 4 else raw for raw in requests]


def strange_request(random: Random, sender: StrangeSender) -> bytes:
    sent = sender.send(random)
    framing_headers, framed_body = framed(random, sent.body)
    method = sent.method if random.random() < 0.8 else random.choice(METHODS)
    headers = {
        name.encode().decode("latin-1"): value.encode().decode("latin-1") for name, value in sent.headers.items()
    }
    first_line = f"{method} /webhooks/{sender.name}{sent.query} HTTP/1.{random.choice('1110')}"
    return request(first_line, framed_body, **headers, **framing_headers)


def statuses(connection: Connection) -> list[int]:
    """Return the status of each response that comes until the receiver closes the connection."""
    raw = connection.stream.read()
    return [int(status) for status in re.findall(rb"^HTTP/1\.[01] ([0-9]{3}) ", raw, re.MULTILINE)]


@pytest.fixture
def clock() -> Clock:
    return Clock(instant_of(NOW))


@pytest.fixture
def receiver(database: Database) -> Iterator[Callable[[], Connection]]:
    by_name = {source.name: source for source in sources()}
    reception = Reception(by_name, SqlIntake(database), FakeWakeUps(), lambda *_: None, lambda *_: None)
    app = create_app(ReceiverServices(reception, lambda: {"database": "ok"}, lambda: b"metric 1\n"))
    with serving(app, SHORT) as (_, port), connections(port) as connect:
        yield connect


@pytest.mark.parametrize("seed", [1, 2])
def test_every_random_delivery_is_answered_by_the_contract(
    receiver: Callable[[], Connection], database: Database, seed: int
):
    sent = [(raw, receiver().send(raw)) for raw in strange_requests(seed)]
    answers = [(raw, statuses(connection)) for raw, connection in sent]
    assert [raw for raw, found in answers if not found] == []
    assert [(raw, found) for raw, found in answers if not set(found) <= STATUSES] == []
    counts = Counter(status for _, found in answers for status in found)
    assert min(counts[status] for status in (200, 202, 204, 401, 405)) > 0
    with database.read() as connection:
        outcomes = Counter(connection.execute(select(deliveries.c.outcome)).scalars())
        names = set(connection.execute(select(events.c.source)).scalars())
    assert min(outcomes[outcome] for outcome in ("accepted", "duplicate", "quarantined")) > 0
    assert len(names) > len(COURIERS) // 2


NAMES = [*[courier.profile for courier in COURIERS], *INVENTED]
FRAMINGS = ["Content-Length: 0\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]


def test_every_method_with_an_empty_body_is_answered_by_every_source(receiver: Callable[[], Connection]):
    methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]
    for name, method, framing in product(NAMES, methods, FRAMINGS):
        head = f"{method} /webhooks/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        (status,) = statuses(receiver().send((head + framing).encode()))
        assert status == expected_status(name, method), (name, method, framing)


def expected_status(name: str, method: str) -> int:
    """Return the status of an empty request without any secret."""
    methods = {"oto": {"POST", "PUT"}, "form": {"POST", "PUT", "GET", "HEAD"}}
    methods |= {"capture": methods["form"], "biteship": {"POST", "GET"}, "batch": {"POST", "GET", "HEAD"}}
    if method not in methods.get(name, {"POST"}):
        return 405
    return 200 if name in {"biteship", "batch"} else 401


def test_a_response_to_head_has_no_body(receiver: Callable[[], Connection]):
    for name in ("batch", "form", "oto"):
        raw = receiver().send(f"HEAD /webhooks/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert raw.stream.read().endswith(b"\r\n\r\n")
