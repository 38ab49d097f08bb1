"""Couriers post in their own formats, through every real process, until the platform confirms the orders."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import httpx
import pytest

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.samples import Ago, Courier, News, Sample, Sent
from tests.support.couriers.settings import sources_of
from tests.support.installation import FULFILLMENT, Installation
from tests.support.programs import until

STATUS = {"refused": 401, "probe": 200}
"""The HTTP status of an outcome; every other one is answered 200."""
EVENTS = """
SELECT e.name, e.occurred_at, e.tracking, e.shipment, o.order_id, e.reference
FROM events e JOIN orders o ON o.id = e.order_row WHERE e.source = :source
"""
every_courier = pytest.mark.parametrize("courier", COURIERS, ids=[courier.profile for courier in COURIERS])


@cache
def now() -> datetime:
    """The time at which the first test begins. The tests are collected long before."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def on_sqlite(build: Callable[..., Installation]) -> Installation:
    return with_orders(build(**sources_of(COURIERS)).open())


@pytest.fixture(scope="module")
def on_postgresql(build: Callable[..., Installation], empty_postgresql: str) -> Installation:
    """Two receiver processes share a database."""
    installation = build(empty_postgresql, **sources_of(COURIERS))
    installation.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], installation.answers)
    programs = (installation.programs[name] for name in ("sandbox", "valkey", "receivers", "worker"))
    return with_orders(installation.open(*programs))


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    chosen: Installation = request.getfixturevalue(request.param)
    return chosen


def with_orders(installation: Installation) -> Installation:
    """Create the order of each courier's delivered parcel at the platform."""
    numbers = {order_id_of(courier): delivered_parcel(courier).number for courier in COURIERS}
    for order_id, number in numbers.items():
        installation.sandbox.order(order_id, order_number=number or f"shop-{order_id}")
    return installation


def order_id_of(courier: Courier) -> int:
    """Return the id of the order of the delivered parcel; two profiles of one courier have one order."""
    parcel = delivered_parcel(courier)
    return next(5_000 + n for n, other in enumerate(COURIERS) if delivered_parcel(other).tracking == parcel.tracking)


def delivered_parcel(courier: Courier) -> News:
    return next(news for sample in samples_of(courier) for news in sample.news if news.name == "delivered")


def post(installation: Installation, courier: Courier, sent: Sent) -> httpx.Response:
    url = f"{installation.url}/webhooks/{courier.profile}{sent.query}"
    headers = [(name.encode(), value.encode()) for name, value in sent.headers.items()]
    return httpx.request(sent.method, url, headers=headers, content=sent.body, trust_env=False, timeout=60)


def samples_of(courier: Courier) -> tuple[Sample, ...]:
    return courier.samples(Ago(now()))


def is_among(news: News, rows: list[dict[str, object]]) -> bool:
    """Tell whether the database has the event, with the order or the reference that it names."""
    wanted = {
        "name": f"shipment.{news.name}",
        "tracking": news.tracking,
        "shipment": news.shipment,
        **({"occurred_at": int(news.at.timestamp() * 1_000_000)} if news.at else {}),
    }
    reference = f"number:{news.number}" if news.number else f"tracking:{news.tracking}"
    return any(wanted.items() <= row.items() and reference in {row["order_id"], row["reference"]} for row in rows)


@every_courier
def test_every_delivery_has_its_outcome_and_its_events_are_in_the_database(installation, courier: Courier):
    for sample in samples_of(courier):
        answer = post(installation, courier, sample.sent)
        assert answer.status_code == STATUS.get(sample.outcome, 200), sample.title
        if sample.outcome not in STATUS:
            assert answer.json()["status"] == sample.outcome, (sample.title, answer.text)
    rows = installation.rows(EVENTS, source=courier.profile)
    expected = [news for sample in samples_of(courier) if sample.outcome == "accepted" for news in sample.news]
    assert [news for news in expected if not is_among(news, rows)] == []
    assert len(rows) == len(expected)


@every_courier
def test_a_delivered_parcel_brings_its_order_to_the_last_stage(installation, courier: Courier):
    order_id, parcel = order_id_of(courier), delivered_parcel(courier)
    for sample in samples_of(courier):
        post(installation, courier, sample.sent)
    if not parcel.number:  # this courier does not know the merchant's order: the parcel must be registered
        added = installation.run("parcels", "add", str(order_id), parcel.tracking, "--create")
        assert added.returncode == 0, added.stderr
    until(lambda: installation.sandbox.seen(order_id)["status"] == "completed")
