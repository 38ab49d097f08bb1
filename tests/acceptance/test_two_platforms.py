"""Two shops on two platforms, in one installation: each order comes home at its own, and neither minds the other."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.courier import event_document
from tests.support.programs import until
from tests.support.two_accounts import JAKARTA, TwoAccounts


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shops(request: pytest.FixtureRequest) -> Iterator[TwoAccounts]:
    url = request.getfixturevalue("empty_postgresql") if request.param == "postgresql" else ""
    with closing(TwoAccounts(url)) as shops:
        yield shops.open(shops.platform, shops.cekat_platform, shops.valkey, shops.receiver, shops.worker)


def stage(shops: TwoAccounts, order_id: str, **fields: object) -> None:
    """Let a customer of the shop in Jakarta place an order, and pay it."""
    shops.cekat("POST", "/orders", {"id": order_id, "status": "paid", **fields})


def reaches(shops: TwoAccounts, order_id: str, status: str) -> None:
    """Wait until the platform shows the order in *status*, and nothing is left to do."""
    until(lambda: shops.cekat.seen(order_id)["status"] == status, what=f"{order_id} is {status}")
    until(shops.at_rest)


def test_a_full_life_at_cekat_takes_three_writes_and_one_read_and_harms_nothing(shops: TwoAccounts):
    stage(shops, "ord_life", notes="hubungi dulu", metadata={"crm": {"id": 42}})
    before = shops.cekat.totals()
    for event in ("shipment.picked_up", "shipment.out_for_delivery", "shipment.delivered"):
        shops.kurir.post_until_acknowledged(
            event_document(event, event, "ord_life", tracking_url="https://kurir.example/1")
        )
    reaches(shops, "ord_life", "delivered")
    order, after = shops.cekat.seen("ord_life"), shops.cekat.totals()
    assert [entry["status"] for entry in order["status_history"]] == ["paid", "processing", "shipped", "delivered"]
    assert order["metadata"].pop("fulfillment")["stage"] == "completed"
    assert (order["metadata"], order["notes"]) == ({"crm": {"id": 42}}, "hubungi dulu")
    assert (order["tracking_number"], order["tracking_url"]) == ("TRKord_life", "https://kurir.example/1")
    assert after["writes"] - before["writes"] == 3
    assert [after[harm] for harm in ("illegal", "repeat", "notes_lost", "metadata_lost")] == [0, 0, 0, 0]
    (row,) = shops.rows("SELECT place, closed, number FROM orders WHERE order_id = 'ord_life'")
    assert row == {"stage": "completed", "closed": "completed", "number": "ORD-ord_life"}


def test_the_same_id_in_two_accounts_is_two_orders(shops: TwoAccounts):
    shops.sandbox.order(7)
    stage(shops, "7")
    shops.courier.post_until_acknowledged(event_document("here", "shipment.picked_up", 7))
    shops.kurir.post_until_acknowledged(event_document("there", "shipment.delivered", "7"))
    reaches(shops, "7", "delivered")
    until(lambda: shops.sandbox.seen(7)["status"] == "shipped")
    rows = shops.rows("SELECT account, place FROM orders WHERE order_id = '7' ORDER BY account")
    assert rows == [{"account": JAKARTA, "stage": "completed"}, {"account": "main", "stage": "shipped"}]
    asked = shops.run("orders", "show", "7")
    assert asked.returncode == 2
    assert f"{JAKARTA}/7 or main/7" in asked.stderr
    assert json.loads(shops.run("orders", "show", f"{JAKARTA}/7", "--json").stdout)["stage"] == "completed"
    assert f"account={JAKARTA}" in shops.worker.said.replace('"', "").replace(": ", "=").replace(", ", " ")


@pytest.mark.parametrize(
    "known", [{"order_number": "ORD-2024-001", "tracking_number": None}, {"tracking_number": "JNE-1"}]
)
def test_a_courier_need_not_know_the_orders_id(shops: TwoAccounts, known: dict[str, object]):
    order_id, event_id = (f"{kind}_{len(known)}" for kind in ("ord", "evt"))
    stage(shops, order_id, **{name: value for name, value in known.items() if value})
    event = event_document(event_id, "shipment.delivered", None, **known)
    answer = shops.kurir.post_until_acknowledged(event)
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    reaches(shops, order_id, "delivered")
    assert shops.kurir.post_until_acknowledged(event).json()["status"] == "duplicate"
    assert shops.rows("SELECT 1 FROM orders WHERE order_id LIKE '%:%'") == []


@pytest.mark.parametrize("ending", ["cancelled", "refunded"])
def test_an_order_off_the_road_gets_no_write(shops: TwoAccounts, ending: str):
    stage(shops, f"ord_{ending}", status=ending)
    writes = shops.cekat.totals()["writes"]
    shops.kurir.post_until_acknowledged(event_document(f"evt_{ending}", "shipment.created", f"ord_{ending}"))
    until(lambda: shops.rows("SELECT 1 FROM orders WHERE closed = :ending", ending=ending))
    assert (shops.cekat.totals()["writes"], shops.cekat.totals()["illegal"]) == (writes, 0)


def test_one_shops_trouble_is_not_the_others(shops: TwoAccounts):
    shops.cekat.fault("wrong_credentials")
    stage(shops, "ord_held")
    shops.sandbox.order(8)
    shops.kurir.post_until_acknowledged(event_document("evt_held", "shipment.delivered", "ord_held"))
    until(lambda: shops.rows("SELECT 1 FROM holds WHERE account = :account", account=JAKARTA))
    shops.courier.post_until_acknowledged(event_document("meanwhile", "shipment.delivered", 8))
    until(lambda: shops.sandbox.seen(8)["status"] == "completed")
    shops.cekat.lift_faults()
    assert shops.run("orders", "list", "--held", "--account", JAKARTA, "--json").stdout.count("ord_held") == 1
    shops.rows("UPDATE claims SET until = 0 WHERE name LIKE 'probe:%'")
    reaches(shops, "ord_held", "delivered")
