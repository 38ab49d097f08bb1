"""The profile `capture` behind a real receiver: a few bodies are kept to be looked at, and no secret is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import func, select, update

from tests.support.good_settings import GOOD
from tests.support.programs import until
from tests.support.tables import rows
from tests.support.wire import serving
from webhook_receiver.pages import create_app
from webhook_receiver.server.timeouts import Timeouts
from webhook_receiver.wiring import open_receiver
from worker.domain.instants import DAY, MINUTE
from worker.settings import load_settings
from worker.store.database.database import Database
from worker.store.queries.counts import CountQueries
from worker.store.tables import deliveries

TOKENS = {"newbox": "a-token-of-sixteen-bytes", "other": "a-token-of-the-others"}
TOKEN = TOKENS["newbox"]
SETTINGS = {
    "FULFILLMENT_SOURCES__NEWBOX__PROFILE": "capture",
    "FULFILLMENT_SOURCES__NEWBOX__SECRETS": TOKENS["newbox"],
    "FULFILLMENT_SOURCES__OTHER__PROFILE": "capture",
    "FULFILLMENT_SOURCES__OTHER__SECRETS": TOKENS["other"],
    "FULFILLMENT_BROKER_URL": "redis://127.0.0.1:9/0",
}


class Capture(NamedTuple):
    """A running receiver with sources that capture, and its database."""

    client: httpx.Client
    database: Database

    def post(self, body: bytes = b"{}", source: str = "newbox", method: str = "POST", **headers: str) -> httpx.Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(
            method, f"/webhooks/{source}?token={TOKENS[source]}&v=2", content=body, headers=headers
        )

    def stored(self) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(deliveries)).scalar_one()

    def change(self, **columns: object) -> None:
        with self.database.write() as connection:
            connection.execute(update(deliveries).values(columns))


@pytest.fixture
def capture(database_url: str) -> Iterator[Capture]:
    settings = load_settings({**GOOD, **SETTINGS, "FULFILLMENT_DATABASE_URL": database_url})
    database = Database(database_url)
    with (
        open_receiver(settings) as services,
        serving(create_app(services), Timeouts(answer_seconds=60.0)) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client,
    ):
        yield Capture(client, database)
    database.close()


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_request_is_kept_with_its_body_and_the_names_and_lengths_of_its_headers(capture: Capture, method: str):
    body = b"\xff<not>json</not>\x00"
    answer = capture.post(body, method=method, X_Secret="hush-hush", Content_Type="text/xml")
    assert (answer.status_code, answer.json()) == (200, {"status": "quarantined", "reason": "captured"})
    (row,) = rows(capture.database, deliveries)
    assert (row.source, row.outcome, row.reason, row.body) == ("newbox", "quarantined", "captured", body)
    assert row.detail.startswith(f"{method}; headers: ")
    assert "x-secret (9)" in row.detail
    assert "content-type (8)" in row.detail
    assert row.detail.endswith(f"query: token ({len(TOKEN)}), v (1)")
    assert not any(value in row.detail for value in (TOKEN, "hush-hush", "text/xml"))


def test_a_hundred_a_day_are_kept_of_each_source_and_the_others_are_counted(capture: Capture):
    for number in range(100):
        assert capture.post(str(number).encode()).json()["status"] == "quarantined"
    for _ in range(2):
        answer = capture.post(b"one more")
        assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert capture.stored() == 100
    counts = CountQueries(capture.database)
    until(lambda: counts.figures().deliveries["newbox", "ignored"] == 2, what="the others are counted")
    assert capture.post(source="other").json()["status"] == "quarantined"
    with capture.database.read() as connection:
        last = connection.execute(select(func.max(deliveries.c.received_at))).scalar_one()
    capture.change(received_at=last - DAY - MINUTE)
    assert capture.post(b"tomorrow").json()["status"] == "quarantined"
    assert capture.stored() == 102


def test_requests_that_race_for_the_last_places_do_not_get_more_than_there_are(capture: Capture):
    for number in range(95):
        capture.post(str(number).encode())
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: capture.post(str(number).encode()).json()["status"], range(64)))
    assert (answers.count("quarantined"), answers.count("ignored"), capture.stored()) == (5, 59, 100)
