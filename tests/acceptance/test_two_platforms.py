"""Two accounts on two platforms in one installation: each order is moved at its own platform."""

import json
import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.courier import event_document
from tests.support.installation import patient
from tests.support.programs import until
from tests.support.two_accounts import JAKARTA, TwoAccounts
from worker.domain.instants import HOUR


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def accounts(request: pytest.FixtureRequest) -> Iterator[TwoAccounts]:
    url = request.getfixturevalue("empty_postgresql") if request.param == "postgresql" else ""
    with closing(TwoAccounts(url, **patient("MAIN", JAKARTA.upper()))) as both:
        yield both.open(both.platform, both.cekat_platform, both.valkey, both.receiver, both.worker)


def make_paid_order(accounts: TwoAccounts, order_id: str, **fields: object) -> None:
    """Make an order at Cekat that a customer has paid."""
    accounts.cekat("POST", "/orders", {"id": order_id, "status": "paid", **fields})


def await_status(accounts: TwoAccounts, order_id: str, status: str) -> None:
    """Wait until Cekat shows the order in *status*, and nothing is left to do."""
    until(lambda: accounts.cekat.seen(order_id)["status"] == status, what=f"{order_id} is {status}")
    until(accounts.at_rest)


def test_an_order_at_cekat_is_completed_with_three_writes_that_destroy_nothing(accounts: TwoAccounts):
    make_paid_order(accounts, "ord_life", notes="hubungi dulu", metadata={"crm": {"id": 42}})
    before = accounts.cekat.totals()
    for event in ("shipment.picked_up", "shipment.out_for_delivery", "shipment.delivered"):
        accounts.kurir.post_until_acknowledged(
            event_document(event, event, "ord_life", tracking_url="https://kurir.example/1")
        )
    await_status(accounts, "ord_life", "delivered")
    order, after = accounts.cekat.seen("ord_life"), accounts.cekat.totals()
    assert [entry["status"] for entry in order["status_history"]] == ["paid", "processing", "shipped", "delivered"]
    assert order["metadata"].pop("fulfillment")["stage"] == "completed"
    assert (order["metadata"], order["notes"]) == ({"crm": {"id": 42}}, "hubungi dulu")
    assert (order["tracking_number"], order["tracking_url"]) == ("TRKord_life", "https://kurir.example/1")
    assert after["writes"] - before["writes"] == 3
    assert [after[total] for total in ("illegal", "repeat", "notes_lost", "metadata_lost")] == [0, 0, 0, 0]
    (row,) = accounts.rows("SELECT stage, closed, number FROM orders WHERE order_id = 'ord_life'")
    assert row == {"stage": "completed", "closed": "completed", "number": "ORD-ord_life"}


def test_the_same_id_in_two_accounts_is_two_orders(accounts: TwoAccounts):
    accounts.sandbox.order(7)
    make_paid_order(accounts, "7")
    accounts.courier.post_until_acknowledged(event_document("main", "shipment.picked_up", 7))
    accounts.kurir.post_until_acknowledged(event_document("jakarta", "shipment.delivered", "7"))
    await_status(accounts, "7", "delivered")
    until(lambda: accounts.sandbox.seen(7)["status"] == "shipped")
    rows = accounts.rows("SELECT account, stage FROM orders WHERE order_id = '7' ORDER BY account")
    assert rows == [{"account": JAKARTA, "stage": "completed"}, {"account": "main", "stage": "shipped"}]
    ambiguous = accounts.run("orders", "show", "7")
    assert ambiguous.returncode == 2
    assert f"{JAKARTA}/7 or main/7" in ambiguous.stderr
    assert json.loads(accounts.run("orders", "show", f"{JAKARTA}/7", "--json").stdout)["stage"] == "completed"
    assert f"account={JAKARTA}" in accounts.worker.log.replace('"', "").replace(": ", "=").replace(", ", " ")


@pytest.mark.parametrize(
    "named_by",
    [{"order_number": "ORD-2024-001", "tracking_number": None}, {"tracking_number": "JNE-1"}],
    ids=["order_number", "tracking_number"],
)
def test_a_courier_may_name_an_order_without_its_id(accounts: TwoAccounts, named_by: dict[str, object]):
    order_id, event_id = (f"{kind}_{len(named_by)}" for kind in ("ord", "evt"))
    make_paid_order(accounts, order_id, **{name: value for name, value in named_by.items() if value})
    event = event_document(event_id, "shipment.delivered", None, **named_by)
    answer = accounts.kurir.post_until_acknowledged(event)
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    await_status(accounts, order_id, "delivered")
    assert accounts.kurir.post_until_acknowledged(event).json()["status"] == "duplicate"
    assert accounts.rows("SELECT 1 FROM orders WHERE order_id LIKE '%:%'") == []


@pytest.mark.parametrize("terminal", ["cancelled", "refunded"])
def test_a_terminal_order_gets_no_write(accounts: TwoAccounts, terminal: str):
    make_paid_order(accounts, f"ord_{terminal}", status=terminal)
    writes = accounts.cekat.totals()["writes"]
    accounts.kurir.post_until_acknowledged(event_document(f"evt_{terminal}", "shipment.created", f"ord_{terminal}"))
    until(lambda: accounts.rows("SELECT 1 FROM orders WHERE closed = :terminal", terminal=terminal))
    assert (accounts.cekat.totals()["writes"], accounts.cekat.totals()["illegal"]) == (writes, 0)


def test_wrong_credentials_of_one_account_do_not_delay_the_other(accounts: TwoAccounts):
    accounts.cekat.fault("wrong_credentials")
    make_paid_order(accounts, "ord_held")
    accounts.sandbox.order(8)
    accounts.kurir.post_until_acknowledged(event_document("evt_held", "shipment.delivered", "ord_held"))
    put_off = "UPDATE holds SET next_probe = next_probe + :hour WHERE account = :account RETURNING reason"
    until(lambda: accounts.rows(put_off, hour=HOUR, account=JAKARTA), what="the account is held")
    accounts.courier.post_until_acknowledged(event_document("evt_meanwhile", "shipment.delivered", 8))
    until(lambda: accounts.sandbox.seen(8)["status"] == "completed")
    accounts.cekat.lift_faults()
    held = accounts.run("orders", "list", "--held", "--account", JAKARTA, "--json").stdout
    assert [json.loads(line)["order"] for line in held.splitlines()] == ["ord_held"]
    assert accounts.run("accounts", "probe", JAKARTA).returncode == 0
    await_status(accounts, "ord_held", "delivered")


ODD = ("<b>TRK1</b>", '=HYPERLINK("https://evil.example")', "pay at 12 Main Street", "TRK\u00e91")
EVIL = (
    "https://me:pass@kurir.example/1",
    "https://10.0.0.1/1",
    "https://xn--kurr-1ya.example/1",
    "https://kurir.example:81/",
)
SEEN = "SELECT account, stage FROM orders WHERE order_id = '18' AND seen_revision = revision ORDER BY account"


def report_odd_parcel(accounts: TwoAccounts, event: str, number: int) -> None:
    """Report a parcel of the order 18 of both accounts, with odd text wherever an event may have some."""
    fields = {"tracking_number": ODD[number], "tracking_url": EVIL[number], "note": "a\u200bb\u202e"}
    for courier in (accounts.courier, accounts.kurir):
        answer = courier.post_until_acknowledged(event_document(f"18_{event}_{number}", event, "18", **fields))
        assert answer.json()["status"] == "accepted"


def test_odd_text_of_a_courier_reaches_no_order_and_no_terminal_and_no_parcel_is_lost(accounts: TwoAccounts):
    accounts.sandbox.order(18)
    make_paid_order(accounts, "18")
    for number in range(len(ODD)):
        report_odd_parcel(accounts, "shipment.picked_up", number)
    for number in range(1, len(ODD)):
        report_odd_parcel(accounts, "shipment.delivered", number)
    until(lambda: [row["stage"] for row in accounts.rows(SEEN)] == ["shipped", "shipped"])
    report_odd_parcel(accounts, "shipment.delivered", 0)
    platforms = (accounts.sandbox, accounts.cekat)
    until(lambda: all(platform.seen("18")["status"] in {"delivered", "completed"} for platform in platforms))
    until(accounts.at_rest)
    for order in (platform.seen("18") for platform in platforms):
        assert not any(order.get(field) for field in ("admin_notes", "notes", "tracking_number", "tracking_url"))
    parcels = accounts.run("parcels", "list", f"{JAKARTA}/18").stdout
    printed = parcels + accounts.run("orders", "explain", "main/18").stdout
    assert len(re.findall("left-out-[0-9a-f]{12}", parcels)) == len(ODD)
    assert not [text for text in (*ODD, *EVIL, "\u200b", "\u202e") if text in printed]
    for left_out in ("the tracking number is left out", "the tracking URL is left out"):
        said = "SELECT 1 FROM deliveries WHERE detail LIKE :said"
        assert len(accounts.rows(said, said=f"%{left_out}%")) == 4 * len(ODD)
