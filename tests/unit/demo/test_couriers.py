import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from webhook_receiver.profiles.formats import format_of
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from webhook_receiver.wiring import sources_of
from worker.cli import demo
from worker.cli.demo.couriers import COURIERS
from worker.cli.demo.day import DAY
from worker.cli.demo.driver import parcel_values
from worker.cli.demo.installation import Installation
from worker.cli.demo.script import CourierScan, Replay, Scenario
from worker.cli.demo.shops import SHOPS, shop_of
from worker.domain.instants import MINUTE, instant_of
from worker.settings import load_settings

NOW = datetime.now(UTC)
MILLISECOND = 1000
MOMENT = NOW - timedelta(seconds=7)
PARCEL = parcel_values(DAY[0], CourierScan("batch", "shipment.created"), MOMENT)
SCENARIOS = {scenario.order: scenario for scenario in DAY}
SCANS = [
    pytest.param(scenario, at.action, id=f"{scenario.order}-{at.clock}")
    for scenario in DAY
    for at in scenario.timetable
    if isinstance(at.action, CourierScan)
]


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Installation:
    return Installation.create(tmp_path_factory.mktemp("demo"), [8001, 8002, 8003])


def source_of(installation: Installation, name: str, statuses: dict[str, str] | None = None) -> Source:
    return sources_of(load_settings(installation.environ({name: statuses} if statuses else None)))[name]


def request_of(installation, scenario, scan):
    courier = COURIERS[scan.kind]
    orders = [scenario, *(SCENARIOS[scenario.order._replace(order_id=other)] for other in scan.others)]
    word = courier.word(scan.event, unknown=scan.unknown)
    document = courier.compose(word, [parcel_values(of, scan, MOMENT) for of in orders])
    sender = shop_of(scenario.order).senders[courier.source]
    return lower(sender.request(document, installation.source_secrets[courier.source], scan.signature))


def lower(request: Request) -> Request:
    return request._replace(headers={name.lower(): value for name, value in request.headers.items()})


def names_of(scenario: Scenario, source: str) -> set[str]:
    """Return the names that *source* may give to the order: each shop has several couriers, so a reference has one."""
    order = scenario.new_order
    return {scenario.order.order_id, f"number@{source}:{order.number}", f"tracking@{source}:{order.tracking}"}


@pytest.mark.parametrize(("scenario", "scan"), SCANS)
def test_the_receiver_reads_each_delivery_as_its_scenario_says(installation, scenario, scan):
    source = source_of(installation, COURIERS[scan.kind].source)
    request, now = request_of(installation, scenario, scan), instant_of(NOW)
    authentic = format_of(source).authenticate(request)
    assert (authentic is None) is (scan.answer == "refused")
    is_stale = bool(authentic and authentic.signed_at and now - authentic.signed_at > 5 * MINUTE)
    assert is_stale is (scan.answer == "stale")
    delivery = format_of(source).read(request.body, now)
    assert bool(delivery.unusable) is (scan.answer == "quarantined")
    orders = [scenario, *(SCENARIOS[scenario.order._replace(order_id=other)] for other in scan.others)]
    for event, of in zip(delivery.events, orders, strict=not delivery.unusable):
        assert event.name == scan.event
        assert abs(event.occurred_at - instant_of(MOMENT)) < MILLISECOND
        assert event.order.account == scenario.order.account
        assert event.order.order_id in names_of(of, source.name)


REPLAYS = [
    pytest.param(scenario, at.action, id=str(scenario.order))
    for scenario in DAY
    for at in scenario.timetable
    if isinstance(at.action, Replay)
]


@pytest.mark.parametrize(("scenario", "replay"), REPLAYS)
def test_a_word_that_is_unknown_is_read_with_the_meaning_that_the_merchant_adds(installation, scenario, replay):
    courier = COURIERS[replay.kind]
    scan = CourierScan(replay.kind, replay.event, unknown=True)
    body, word = request_of(installation, scenario, scan).body, courier.word(replay.event, unknown=True)
    before = format_of(source_of(installation, courier.source)).read(body, instant_of(NOW))
    assert (before.unusable, before.detail) == ("unknown_event", word)
    after = format_of(source_of(installation, courier.source, {word: replay.event})).read(body, instant_of(NOW))
    assert [event.name for event in after.events] == [replay.event]


def test_there_is_a_courier_that_signs_one_with_a_token_and_one_with_lists():
    assert "hmac" in methods_of("signed")
    assert methods_of("token") == {"static"}
    batch = COURIERS["batch"]
    document: dict[str, Any] = batch.compose(batch.word("shipment.created"), [PARCEL, PARCEL])
    assert len(document[batch.list_field]) == 2


def methods_of(kind: str) -> set[str]:
    courier = COURIERS[kind]
    file = SHOPS[courier.account].senders[courier.source].file
    return {method.kind for method in file.auth.values()} if file else set()


def test_a_field_whose_value_is_not_known_is_left_out():
    document: dict[str, Any] = COURIERS["open"].compose("shipment.created", [PARCEL])
    assert "parcels" not in document["data"]
    known: dict[str, Any] = COURIERS["open"].compose("shipment.created", [{**PARCEL, "parcels": 2}])
    assert known["data"]["parcels"] == 2


def test_no_module_of_the_demo_names_a_courier():
    names = {courier.source for courier in COURIERS.values() if courier.profile != "courier"}
    for module in Path(demo.__file__).parent.glob("*.py"):
        words = set(re.findall("[a-z]+", module.read_text().casefold()))
        assert not names & words, module.name


@pytest.mark.parametrize("courier", COURIERS.values(), ids=[*COURIERS])
def test_every_method_of_a_sender_needs_its_own_secret(installation, courier):
    source, sender = source_of(installation, courier.source), SHOPS[courier.account].senders[courier.source]
    secrets = installation.source_secrets[courier.source]
    document = courier.compose(courier.word("shipment.delivered"), [PARCEL])
    assert format_of(source).authenticate(lower(sender.request(document, secrets)))
    for method in sender.methods:
        assert format_of(source).authenticate(lower(sender.request(document, {**secrets, method: "wrong"}))) is None
