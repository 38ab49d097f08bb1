"""OTO: each status word, a customer's return, the three signed fields, and its two secrets."""

import pytest

from tests.support.couriers.oto import OTO, SECRETS, document, sent, signed_text
from tests.support.couriers.receiving import AGO, NOW, Receiver, meaning, received
from tests.support.couriers.samples import Sent
from tests.support.couriers.writing import RIYADH, hmac_base64

MEANINGS = {
    "created": "shipmentCreated",
    "picked_up": "pickedUp",
    "in_transit": "arrivedOriginTerminal arrivedTerminal departedTerminal inTransit arrivedDestinationTerminal"
    " arrivedDestination shipmentInProgress heldForPickup",
    "out_for_delivery": "outForDelivery",
    "delivery_failed": "undeliveredAttempt",
    "delivered": "delivered",
    "returned": "returnProcessing returned reverseReturned reverseConfirmReturn confirmedReturn",
    "lost": "lostOrDamaged destroyed",
    "cancelled": "canceled cancelled deleted shipmentCanceled",
    "info": "new paymentConfirmed waitingAddressConfirmation addressConfirmed needConfirmation paymentTypeConfirmed"
    " codOrderConfirmed orderConfirmed pickupFromStore interDepotTransfer readyForCollection branchAssigned"
    " assignedToWarehouse shipmentOnHoldWarehouse shipmentOnHoldToCancel notAvailableBR notAvailableWH picked packed"
    " searchingDriver shipmentProcessing goingToPickup arrivedPickup pickupAttemted shipmentOnHold"
    " reverseShipmentProcessing reverseShipmentCreated reverseGoingToPickup reversePickedUp reverseOutForDelivery"
    " reverseArrivedTerminal reverseDepartedTerminal reverseArrivedDestinationTerminal reverseUndeliveredAttempt"
    " reverseShipmentOnHold reverseShipmentCanceled returnShipmentProcessing newReturn approved rejected"
    " returnReverseComment waitingAssignment addressVerified waitingApproval missingData smsSentToReceiver",
}


@pytest.mark.parametrize(("event", "words"), MEANINGS.items())
def test_each_status_has_its_meaning(event: str, words: str):
    assert {word: meaning(OTO, word) for word in words.split()} == dict.fromkeys(words.split(), event)


@pytest.mark.parametrize("word", ["Delivered", "DELIVERED", "delivered ", "picked up", ""])
def test_a_word_that_only_looks_alike_is_unknown(word: str):
    assert meaning(OTO, word) == "unknown_event"


@pytest.mark.parametrize("word", ["reverseShipmentCreated", "newReturn", "returnProcessing", "something else"])
def test_delivered_with_a_return_status_is_no_news_of_a_delivery(word: str):
    assert meaning(OTO, "delivered", returnStatus=word, returnOrderId="ORD-2101-R1") == "info"


@pytest.mark.parametrize("word", ["reverseReturned", "reverseConfirmReturn", "confirmedReturn", "returned"])
def test_what_the_customer_sent_back_has_arrived(word: str):
    assert meaning(OTO, "delivered", returnStatus=word) == "returned"


@pytest.mark.parametrize("absent", [None, ""])
def test_an_empty_return_status_is_none(absent: str | None):
    assert meaning(OTO, "delivered", returnStatus=absent) == "delivered"


@pytest.mark.parametrize("word", ["shipmentCreated", "pickedUp", "inTransit", "outForDelivery", "undeliveredAttempt"])
def test_the_parcel_of_a_return_never_becomes_a_parcel_of_the_order(word: str):
    for way_back in ("reversePickedUp", "returnProcessing", "newReturn", "approved", "rejected", "confirmedReturn"):
        assert meaning(OTO, word, returnStatus=way_back, trackingNumber="OTO-BACK") == "info"
    assert meaning(OTO, word, returnStatus="never_heard_of", trackingNumber="OTO-BACK") == "unknown_event"


def test_the_signature_of_the_published_example_fits():
    body = {
        "orderId": "ORD-2101",
        "status": "pickedUp",
        "trackingNumber": "OTO21010001",
        "timestamp": "1795716000000",
        "signature": "mbM238rkRmpzZl+2Rrsq6BUe/SS2U3EUDKFgb4gDKH0=",
    }
    receiver = Receiver(OTO, {"signature": ["oto-secret-key-5f0c"]})
    unsigned = sent(body, {})
    assert receiver.receive(unsigned).outcome == "accepted"
    assert receiver.receive(sent({**body, "orderId": "ORD-2102"}, {})).outcome == "refused"


@pytest.mark.parametrize("method", ["signature", "token"])
def test_the_merchant_may_have_only_one_of_the_two_secrets(method: str):
    receiver = Receiver(OTO, {method: [SECRETS[method]]})
    body = document("delivered", AGO(2))
    assert receiver.receive(sent(body, {method: SECRETS[method]})).outcome == "accepted"
    others = {name: secret for name, secret in SECRETS.items() if name != method}
    assert receiver.receive(sent(body, others)).outcome == "refused"


def test_with_both_secrets_both_must_be_right():
    receiver = Receiver(OTO)
    body = document("delivered", AGO(2))
    for method in SECRETS:
        assert receiver.receive(sent(body, {method: SECRETS[method]})).outcome == "refused"
    assert receiver.receive(sent(body)).outcome == "accepted"


@pytest.mark.parametrize("changed", [{"orderId": "ORD-9"}, {"status": "lostOrDamaged"}, {"timestamp": "1795716000001"}])
def test_a_changed_signed_field_is_refused(changed: dict[str, str]):
    body = document("delivered", AGO(2))
    signature = hmac_base64(SECRETS["signature"], signed_text(body))
    forged = sent({**body, **changed, "signature": signature}, {"token": SECRETS["token"]})
    assert received(OTO, forged).outcome == "refused"


def test_a_repeat_with_another_unsigned_field_is_no_new_event():
    receiver = Receiver(OTO)
    body = document("delivered", AGO(2))
    assert receiver.receive(sent(body)).outcome == "accepted"
    assert (
        receiver.receive(sent({**body, "note": "again", "trackingUrl": "https://other.example"})).outcome == "duplicate"
    )
    assert receiver.receive(sent({**body, "trackingNumber": "OTO-OTHER"})).reason == "key_reused"
    assert receiver.receive(sent({**body, "returnStatus": "reverseReturned"})).reason == "key_reused"


@pytest.mark.parametrize("body", [b"", b"{", b'{"status":"a","status":"b"}', b"[]", b"5"])
def test_a_body_that_cannot_be_read_is_not_authentic(body: bytes):
    assert received(OTO, sent(body)).outcome == "refused"


def test_the_signed_fields_may_be_whole_numbers_but_no_floats():
    assert received(OTO, sent(document("delivered", AGO(2), orderId=2101))).news[0].number == "2101"
    assert received(OTO, sent(document("delivered", AGO(2), orderId=21.5))).outcome == "refused"


@pytest.mark.parametrize(
    "moment",
    ["1795795200000", 1795795200000, "2026-11-27 16:00:00", "2026-11-27T16:00:00", "2026-11-27T19:00:00+03:00"],
)
def test_a_time_is_milliseconds_or_text_in_utc(moment: str | int):
    (news,) = received(OTO, sent(document("delivered", AGO(1), timestamp=moment)), zone=RIYADH).news
    assert news.at == AGO(8)


def test_a_time_in_a_format_of_the_merchants_own_that_we_do_not_know_counts_as_the_arrival():
    (news,) = received(OTO, sent(document("delivered", "27/11/2026 16:00"))).news
    assert news.at == NOW


def test_the_number_of_the_carrier_is_never_a_second_parcel():
    (event,) = received(OTO, sent(document("delivered", AGO(2), trackingNumber=None))).events
    assert (event.tracking, event.order.order_id) == ("", "number:ORD-2101")


def test_the_branded_tracking_page_is_preferred_and_a_url_without_a_scheme_is_left_out():
    (event,) = received(OTO, sent(document("delivered", AGO(2)))).events
    assert event.tracking_url == "https://track.example/b/OTO21010001"
    (event,) = received(OTO, sent(document("delivered", AGO(2), brandedTrackingURL=None))).events
    assert event.tracking_url == ""


def test_put_is_as_good_as_post():
    made = sent(document("delivered", AGO(2)))
    assert received(OTO, Sent(made.headers, made.body, "PUT")).outcome == "accepted"


def test_an_error_of_a_shipment_signs_other_fields_and_is_refused():
    body = {**document("", AGO(2)), "errorCode": "E1"}
    body["signature"] = hmac_base64(SECRETS["signature"], f"ORD-2101:E1:{body['timestamp']}".encode())
    assert received(OTO, sent(body, {"token": SECRETS["token"]})).outcome == "refused"
