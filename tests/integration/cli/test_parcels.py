"""`fulfillment parcels`: a person says which order has a parcel, and what waits for the parcel goes on."""

import pytest

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.searches import PARCEL, SHIPMENT, stop_search
from worker.domain.orders import OrderKey
from worker.domain.reasons import WaitReason
from worker.domain.results import Later
from worker.domain.tracking import parcel_without_number

URL = "https://track.example/TRK1"
ADD = ("parcels", "add", "1", "TRK1")


@pytest.fixture
def known(harness: Harness) -> Harness:
    """The database knows the order 1, which the platform has shown."""
    harness.accept("order.accepted", order=order_key(1))
    harness.change(order_key(1), read_at=harness.clock())
    return harness


def test_a_registered_parcel_is_listed_with_its_names_and_its_latest_event(fulfillment: Commands, known: Harness):
    result = fulfillment(*ADD, "--url", URL, "--shipment", "S1", "--reason", "the list of [today]")
    assert result == (0, "main/1 has the parcel TRK1 now. No reference waited for it.\n", "")
    (parcel,) = fulfillment("parcels", "list", "1", "--json").documents
    assert {name: parcel[name] for name in ("order_key", "tracking", "tracking_url", "shipment", "event")} == {
        "order_key": "main/1",
        "tracking": "TRK1",
        "tracking_url": URL,
        "shipment": "S1",
        "event": "shipment.created",
    }
    event = fulfillment("orders", "show", "1", "--json").document["events"][-1]
    assert (event["source"], event["tracking"], event["shipment"]) == ("operator", "TRK1", "S1")
    assert event["note"].startswith("the list of [today] (")
    assert "operator: shipment.created TRK1 shipment S1" in " ".join(fulfillment("orders", "show", "1").out.split())
    for name in ("tracking:TRK1", "shipment:S1"):
        assert fulfillment("orders", "show", name, "--json").document["order"] == "1"


def test_a_list_says_what_the_name_of_a_parcel_stands_for_whose_number_is_left_out(
    fulfillment: Commands, known: Harness
):
    explained = "stands for a tracking number that is no code: the parcel's deliveries have the number."
    known.accept("shipment.created", "TRK1", order=order_key(1))
    assert explained not in fulfillment("parcels", "list", "1").out
    known.accept("shipment.created", parcel_without_number("JX#1"), order=order_key(1))
    assert explained in " ".join(fulfillment("parcels", "list", "1").out.split())


def test_the_same_parcel_again_is_no_error_and_changes_nothing(fulfillment: Commands, known: Harness):
    assert fulfillment(*ADD, "--url", URL).code == 0
    assert fulfillment(*ADD, "--url", URL) == (0, "main/1 has the parcel TRK1 already.\n", "")
    assert fulfillment(*ADD, "--json").document["is_new"] is False
    assert len(fulfillment("orders", "show", "1", "--json").document["events"]) == 2


def test_references_that_wait_or_have_stopped_are_woken_and_named(fulfillment: Commands, known: Harness):
    known.accept("shipment.delivered", "TRK1", order=PARCEL)
    known.accept("shipment.picked_up", order=SHIPMENT, shipment="S1")
    stop_search(known, known.lease(PARCEL))
    known.finish(SHIPMENT, Later(known.clock() + 600_000_000, WaitReason.UNKNOWN_ORDER, firm=True))
    result = fulfillment(*ADD, "--shipment", "S1")
    assert result.out == (
        "main/1 has the parcel TRK1 now. 2 references that waited for it are due: shipment:S1, tracking:TRK1.\n"
    )
    assert [order["state"] for order in fulfillment("orders", "list", "--due", "--json").documents] == ["due"] * 3


def test_woken_references_are_listed_in_json(fulfillment: Commands, known: Harness):
    known.accept("shipment.delivered", "TRK1", order=PARCEL)
    assert fulfillment(*ADD, "--json").document == {
        "account": "main",
        "order": "1",
        "order_key": "main/1",
        "tracking": "TRK1",
        "tracking_url": None,
        "shipment": None,
        "is_new": True,
        "woken": ["tracking:TRK1"],
        "parcels": 1,
        "is_unseen": False,
    }


def test_the_advice_for_a_stopped_reference_does_what_it_says(fulfillment: Commands, known: Harness):
    known.accept("shipment.delivered", "TRK1", order=PARCEL)
    stop_search(known, known.lease(PARCEL))
    advice = " ".join(fulfillment("orders", "explain", "tracking:TRK1").out.split())
    assert "Or register the parcel of the order: fulfillment parcels add ORDER TRK1 --create" in advice
    assert "1 reference that waited for it is due: tracking:TRK1." in fulfillment(*ADD).out
    assert fulfillment("orders", "show", "tracking:TRK1", "--json").document["state"] == "due"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2", "TRK1"), "the database knows no order main/2; to create it, add --create"),
        (("tracking:TRK9", "TRK1"), "main/tracking:TRK9 is a reference"),
        (
            ("1", "TRK1", "--url", "track.example/TRK1"),
            "“track.example/TRK1” cannot be the URL of a tracking page: it is no URL",
        ),
        (("1", ""), "“” is no tracking number"),
        (("1", "=1+1"), "“=1+1” is no tracking number: at most 64 letters, digits and - _ . / and spaces"),
        (("1", "TRK8"), "another order, main/8, has the tracking number TRK8"),
        (("1", "TRK1", "--shipment", "S8"), "another order, main/8, has the shipment id S8"),
    ],
)
def test_a_parcel_that_cannot_be_registered_changes_nothing(
    fulfillment: Commands, known: Harness, arguments: tuple[str, ...], sentence: str
):
    known.accept("shipment.created", "TRK8", order=order_key(8), shipment="S8")
    events = known.event_rows()
    result = fulfillment("parcels", "add", *arguments)
    assert (result.code, result.out, sentence in result.err) == (2, "", True)
    assert known.event_rows() == events


def test_an_order_is_created_with_its_parcel_and_the_answer_says_how_to_take_it_back(
    fulfillment: Commands, harness: Harness
):
    result = fulfillment(*ADD, "--create")
    _, _, command = result.out.partition("not yet seen at the platform; if its id is a misprint: fulfillment ")
    assert (result.code, harness.order_keys()) == (0, [OrderKey("main", "1")])
    removed = fulfillment(*command.split()[:-1], "a misprint")
    assert (removed.code, harness.order_keys()) == (0, [])
    assert removed.out == (
        "main/1 does not have the parcel TRK1 any more: another order can have it. "
        "main/1 is deleted, because nothing else was known of it.\n"
    )


def test_an_order_that_waits_for_several_parcels_says_so(fulfillment: Commands, known: Harness):
    fulfillment(*ADD)
    for tracking, sentence in (
        ("TRK2", "The order has 2 parcels now; it is delivered when both have arrived."),
        ("TRK3", "The order has 3 parcels now; it is delivered when all 3 have arrived."),
    ):
        assert sentence in fulfillment("parcels", "add", "1", tracking).out


def test_a_parcel_of_the_wrong_order_can_be_moved(fulfillment: Commands, known: Harness):
    known.accept("order.accepted", order=order_key(2))
    fulfillment(*ADD)
    refused = fulfillment("parcels", "add", "2", "TRK1")
    _, _, command = refused.err.partition("if it is no parcel of that order: fulfillment ")
    removed = fulfillment(*command.split()[:-1], "the wrong order")
    assert removed.out == "main/1 does not have the parcel TRK1 any more: another order can have it. main/1 is due.\n"
    assert fulfillment("parcels", "add", "2", "TRK1").code == 0
    (entry,) = fulfillment("orders", "show", "1", "--json").document["audit_log"]
    assert (entry["action"], entry["detail"].startswith("tracking number TRK1: the wrong order")) == ("removed", True)


def test_a_removal_in_json_says_whether_the_order_stays(fulfillment: Commands, known: Harness):
    fulfillment(*ADD)
    assert fulfillment("parcels", "remove", "1", "TRK1", "--reason", "a misprint", "--json").document == {
        "account": "main",
        "order": "1",
        "order_key": "main/1",
        "tracking": "TRK1",
        "is_order_deleted": False,
    }


def test_a_number_means_the_order_that_has_it(fulfillment: Commands, known: Harness):
    known.change(order_key(1), number="ORD-2024-001")
    assert fulfillment("parcels", "add", "number:ORD-2024-001", "TRK1").out.startswith(
        "main/1 has the parcel TRK1 now."
    )


def test_an_order_without_parcels_says_so(fulfillment: Commands, known: Harness):
    assert fulfillment("parcels", "list", "1") == (0, "No event of the order names a parcel.\n", "")
    assert fulfillment("parcels", "list", "2").code == 2


def test_the_longest_names_fit_into_80_columns(fulfillment: Commands, known: Harness):
    known.accept("shipment.out_for_delivery", "q" * 64, shipment="S" * 64, tracking_url=URL + "x" * 300)
    known.accept("shipment.created", shipment="W1")
    result = fulfillment("parcels", "list", "1").out
    assert max(map(len, result.splitlines())) <= 80
    assert (result.count("q"), result.count("S"), "W1" in result) == (64, 64 + 2, True)  # the heading has two


# --------------------------------------------------------------------------------------------------------------- drop


def test_a_parcel_that_will_not_arrive_is_put_away_and_the_event_keeps_the_reason(
    fulfillment: Commands, known: Harness
):
    known.accept("shipment.created", "TRK 1", order=order_key(1))
    known.accept("shipment.created", "TRK2", order=order_key(1))
    result = fulfillment("parcels", "drop", "1", "trk-1", "--reason", "printed anew")
    assert result == (0, "main/1 does not wait for the parcel TRK 1 any more. It still waits for TRK2.\n", "")
    event = fulfillment("orders", "show", "1", "--json").document["events"][-1]
    assert (event["source"], event["event"], event["tracking"]) == ("operator", "shipment.cancelled", "TRK 1")
    assert event["note"].startswith("printed anew (")
    explained = " ".join(fulfillment("orders", "explain", "1").out.split())
    assert "shipment.cancelled from operator" in explained
    assert "puts a parcel away" in explained


def test_what_is_put_away_is_reported_as_json(fulfillment: Commands, known: Harness):
    known.accept("shipment.created", "TRK1", order=order_key(1))
    assert fulfillment("parcels", "drop", "1", "TRK1", "--reason", "printed anew", "--json").document == {
        "account": "main",
        "order": "1",
        "order_key": "main/1",
        "tracking": "TRK1",
        "is_new": True,
        "missing": [],
        "stop": None,
    }


def test_a_parcel_that_the_courier_has_is_not_put_away(fulfillment: Commands, known: Harness):
    known.accept("shipment.picked_up", "TRK1", order=order_key(1))
    result = fulfillment("parcels", "drop", "1", "TRK1", "--reason", "impatience")
    assert result.code == 2
    assert "the courier has TRK1: shipment.picked_up" in " ".join(result.err.split())


def test_a_dry_run_says_what_would_follow_and_changes_nothing(fulfillment: Commands, known: Harness):
    known.accept("shipment.created", "TRK2", order=order_key(1))
    assert fulfillment(*ADD, "--dry-run").out == (
        "main/1, parcel TRK1: the order is delivered when this parcel, too, has arrived.\n"
    )
    assert len(fulfillment("parcels", "list", "1", "--json").documents) == 1
    assert fulfillment(*ADD).code == 0
    for verb, parcel in (("remove", "TRK1"), ("drop", "TRK2")):
        document = fulfillment("parcels", verb, "1", parcel, "--dry-run", "--json").document
        assert (document["result"], document["is_final"]) == ("planned", False)
        assert document["detail"].startswith("the platform is read")
        missing = fulfillment("parcels", verb, "1", parcel)
        assert (missing.code, "Missing option '--reason'" in missing.err) == (2, True)
    refused = fulfillment("parcels", "remove", "1", "TRK2", "--dry-run")
    assert (refused.code, "the courier has reported TRK2" in refused.err) == (2, True)
    assert len(fulfillment("parcels", "list", "1", "--json").documents) == 2
