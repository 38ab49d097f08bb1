"""A courier whose secret is known to others: it moves, stops, fills and completes no order of another courier."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.courier import Courier, event_document
from tests.support.installation import FULFILLMENT, Installation
from tests.support.programs import until
from worker.cli.main import run

SECRETS = {"north": "Nq7Vb4m8Qa1Ws5Ed9Rf3Tg7Yh2Uj6Ik0", "south": "Sx2Cd6Vf0Bg4Nh8Mj1Kq5Lw9Pe3Or7Ti"}
QUARANTINED = (202, {"status": "quarantined", "reason": "not_your_order"})
STATES = "SELECT stage, stop, carrier, event_count FROM orders WHERE order_id = :order"


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation], empty_postgresql: str) -> Installation:
    """Two receiver processes share a database. The contract tests hold the same rules on SQLite."""
    settings = {f"SOURCES__{name.upper()}__SECRETS": secret for name, secret in SECRETS.items()}
    of_couriers = {f"SOURCES__{name.upper()}__PROFILE": "courier" for name in SECRETS}
    allowed = {f"SOURCES__{name.upper()}__ALLOW": "shipment" for name in SECRETS}
    installation = build(empty_postgresql, **settings, **of_couriers, **allowed)
    installation.add("receivers", [*FULFILLMENT, "receiver", "--processes", "2"], installation.answers)
    return installation.open(*(installation.programs[name] for name in ("sandbox", "valkey", "receivers", "worker")))


@pytest.fixture
def fulfillment(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Runs a command with the settings of the installation in the test's own process, and returns what it printed."""
    for name, value in installation.environ.items():
        monkeypatch.setenv(name, value)

    def run_here(*arguments: str) -> str:
        assert run(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return run_here


class Senders:
    """The two couriers of an installation."""

    def __init__(self, installation: Installation) -> None:
        self._couriers = {name: Courier(installation.url, name, secret) for name, secret in SECRETS.items()}
        self._number = 0

    def post(self, name: str, event: str, order: int | None, **data: object) -> tuple[int, dict[str, object]]:
        """Post an event, and return the status and the body of the answer."""
        self._number += 1
        answer = self._couriers[name].post(event_document(f"{name}_{order}_{self._number}", event, order, **data))
        return answer.status_code, answer.json()

    def close(self) -> None:
        for courier in self._couriers.values():
            courier.close()


@pytest.fixture
def senders(installation: Installation) -> Iterator[Senders]:
    couriers = Senders(installation)
    yield couriers
    couriers.close()


def test_a_courier_with_a_valid_secret_reaches_no_order_of_another_one(installation: Installation, senders: Senders):
    installation.sandbox.order(1)
    assert senders.post("north", "shipment.picked_up", 1, tracking_number="N1")[0] == 202
    until(lambda: installation.sandbox.seen(1)["status"] == "shipped")
    until(installation.at_rest)
    before = installation.rows(STATES, order="1")
    attacks = [("shipment.lost", {}), ("shipment.created", {"parcels": 1000, "tracking_number": "S1"})]
    attacks += [("shipment.delivered", {"tracking_number": "N1"}), ("shipment.cancelled", {"tracking_number": "N1"})]
    for event, data in attacks:
        assert senders.post("south", event, 1, **data) == QUARANTINED
    assert installation.rows(STATES, order="1") == before
    assert senders.post("north", "shipment.delivered", 1, tracking_number="")[0] == 202  # there is only one parcel
    until(lambda: installation.sandbox.seen(1)["status"] == "completed")
    assert installation.sandbox.totals()["illegal"] == 0


def test_a_parcel_of_another_courier_leads_to_no_order_of_ones_own(installation: Installation, senders: Senders):
    for order in (11, 12):
        installation.sandbox.order(order)
    assert senders.post("north", "shipment.picked_up", 11, tracking_number="TRK11")[0] == 202
    assert senders.post("south", "shipment.created", 12, tracking_number="TRK11")[0] == 202
    assert senders.post("north", "shipment.delivered", None, tracking_number="TRK11")[0] == 202
    until(lambda: installation.sandbox.seen(11)["status"] == "completed")
    until(installation.at_rest)
    assert installation.sandbox.seen(12)["status"] in {"pending", "accepted"}


def test_an_operator_gives_an_order_to_its_courier(
    installation: Installation, senders: Senders, fulfillment: Callable[..., str]
):
    installation.sandbox.order(21)
    assert senders.post("south", "shipment.picked_up", 21, tracking_number="S21")[0] == 202
    assert senders.post("north", "shipment.delivered", 21, tracking_number="N21") == QUARANTINED
    assigned = fulfillment("orders", "assign", "21", "north", "--reason", "the label says so")
    assert assigned.startswith("north carries main/21. What south has said of it does not count any more.")
    fulfillment("deliveries", "replay", "--source", "north", "--reason", "not_your_order", "--yes")
    until(lambda: installation.sandbox.seen(21)["status"] == "completed")
    assert senders.post("south", "shipment.lost", 21, tracking_number="S21") == QUARANTINED
