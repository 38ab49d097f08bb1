"""Each kind of request: the reply to it, and what is stored of it."""

import json
from dataclasses import replace

import pytest

from tests.support.couriers.oto import OTO
from tests.support.couriers.receiving import AGO, request_of, source_of
from tests.support.receiver import AWALCHAT, COURIER, NOW_SECONDS, ReceiverHarness, document, sign
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.reception import Receiving, Reply
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.documents import read_leniently
from worker.domain.orders import OrderKey

ORDER = OrderKey("main", "1")
HINT = b'{"event":"order.updated","timestamp":"2024-01-25T14:30:00Z","data":{"order_id":1}}'
CHAT = b'{"event":"message.received","timestamp":"2024-01-25T14:30:00Z","data":{"text":"my address is ..."}}'
CHALLENGE = b'{"type":"verification","challenge":"x"}'


@pytest.fixture
def receiver() -> ReceiverHarness:
    return ReceiverHarness()


def post(
    receiver: ReceiverHarness, body: bytes, source: Source = COURIER, *, at: int = NOW_SECONDS, signature: str = ""
) -> Reply:
    target = f"/webhooks/{source.name}"
    authentic = sign(body, target, timestamp=str(at))
    headers = {"x-awal-signature-256": signature or authentic, "x-timestamp": str(at)}
    request = Request("POST", target.encode(), headers, body)
    return receiver.reception.submit(Receiving(source, format_of(source)), request)()


def outcomes(receiver: ReceiverHarness) -> list[str]:
    return [stored.outcome for stored in receiver.intake.deliveries.values()]


def test_a_new_event_is_accepted_and_its_order_gets_a_wake_up(receiver: ReceiverHarness):
    assert post(receiver, document())[:2] == (202, {"status": "accepted", "delivery_id": 1, "event_id": 1})
    assert receiver.wake_ups.keys == [ORDER]
    assert receiver.intake.events["courier", "evt_1"].event.order == ORDER


def test_a_repeated_event_is_a_duplicate_and_the_reply_has_the_first_events_id(receiver: ReceiverHarness):
    post(receiver, document())
    assert post(receiver, document())[:2] == (200, {"status": "duplicate", "delivery_id": 2, "event_id": 1})
    assert (len(receiver.intake.events), receiver.intake.revisions[ORDER]) == (1, 1)


def test_a_repeated_hint_is_a_duplicate_and_still_a_hint(receiver: ReceiverHarness):
    post(receiver, HINT, AWALCHAT)
    assert post(receiver, HINT, AWALCHAT)[:2] == (200, {"status": "duplicate", "delivery_id": 2, "event_id": 1})
    assert (receiver.wake_ups.keys, receiver.intake.revisions[ORDER]) == ([ORDER, ORDER], 2)


def test_a_delivery_of_no_interest_is_counted_and_not_stored(receiver: ReceiverHarness):
    assert post(receiver, CHAT, AWALCHAT)[:2] == (200, {"status": "ignored"})
    assert (receiver.intake.deliveries, receiver.counts) == ({}, {("awalchat", "ignored"): 1})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff", "bad_text"),
        (b"{", "not_json"),
        (document(order_id=None, tracking_number=None), "no_order"),
        (document("shipment.eaten"), "unknown_event"),
        (document(id=None, timestamp=None), "no_key"),
    ],
)
def test_an_authentic_delivery_that_is_unusable_is_stored_in_quarantine(
    receiver: ReceiverHarness, body: bytes, reason: str
):
    assert post(receiver, body)[:2] == (202, {"status": "quarantined", "reason": reason})
    assert receiver.intake.deliveries[1].delivery.body == body
    assert receiver.wake_ups.keys == []


def test_a_known_key_with_another_event_is_quarantined_and_never_dropped(receiver: ReceiverHarness):
    post(receiver, document())
    for other in (document(order_id=2), document("shipment.lost"), document(tracking_number="TRK2")):
        assert post(receiver, other)[:2] == (202, {"status": "quarantined", "reason": "key_reused"})
    assert outcomes(receiver) == ["accepted", "quarantined", "quarantined", "quarantined"]


def test_an_event_without_tracking_number_is_quarantined_when_the_order_has_several_parcels(receiver: ReceiverHarness):
    assert post(receiver, document("shipment.created", id="a")).status == 202
    assert post(receiver, document("shipment.picked_up", id="b", tracking_number=None)).body["status"] == "accepted"
    post(receiver, document("shipment.created", id="c", tracking_number="TRK2"))
    reply = post(receiver, document("shipment.delivered", id="d", tracking_number=None))
    assert reply[:2] == (202, {"status": "quarantined", "reason": "which_parcel"})


def test_an_event_that_a_source_may_not_send_is_quarantined(receiver: ReceiverHarness):
    courier = replace(COURIER, allow=frozenset({"shipment"}))
    assert post(receiver, document("order.completed"), courier).body["reason"] == "not_allowed"


@pytest.mark.parametrize("at", [NOW_SECONDS - 301, NOW_SECONDS + 301])
def test_a_stale_delivery_is_refused_and_stored_once(receiver: ReceiverHarness, at: int):
    for _ in range(3):
        reply = post(receiver, document(), at=at)
        assert (reply.status, reply.body["reason"]) == (401, "stale")
    post(receiver, b"{", at=at)
    post(receiver, b"{", at=at)
    assert outcomes(receiver) == ["stale", "stale"]
    assert [stored.delivery.events for stored in receiver.intake.deliveries.values()] == [(), ()]
    assert (receiver.intake.events, receiver.wake_ups.keys) == ({}, [])
    assert receiver.intake.counters == {("courier", "stale"): 3}


@pytest.mark.parametrize("at", [NOW_SECONDS - 300, NOW_SECONDS + 300])
def test_a_delivery_within_the_tolerance_is_not_stale(receiver: ReceiverHarness, at: int):
    assert post(receiver, document(), at=at).status == 202


def test_a_source_may_accept_stale_deliveries(receiver: ReceiverHarness):
    assert (
        post(receiver, document(), replace(COURIER, stale="accept"), at=NOW_SECONDS - 86_400).body["status"]
        == "accepted"
    )
    assert receiver.wake_ups.keys == [ORDER]


def test_a_stale_delivery_of_no_interest_is_not_stored(receiver: ReceiverHarness):
    assert post(receiver, CHAT, AWALCHAT, at=NOW_SECONDS - 301).status == 401
    assert (receiver.intake.deliveries, receiver.counts) == ({}, {("awalchat", "stale"): 1})


def test_every_request_that_is_not_authentic_gets_the_same_reply_and_is_counted(receiver: ReceiverHarness):
    body = document()
    signature = sign(body, "/webhooks/courier")
    forgeries = [
        {},
        {"x-awal-signature-256": signature},
        {"x-timestamp": str(NOW_SECONDS)},
        {"x-awal-signature-256": "sha256=" + "0" * 64, "x-timestamp": str(NOW_SECONDS)},
        {"x-awal-signature-256": "sha256=" + "0" * 64, "x-timestamp": str(NOW_SECONDS - 9999)},
        {"x-awal-signature-256": signature, "x-timestamp": "yesterday"},
    ]
    courier = Receiving(COURIER, format_of(COURIER))
    replies = [
        receiver.reception.submit(courier, Request("POST", b"/webhooks/courier", headers, body))()
        for headers in forgeries
    ]
    expected = {"type": "about:blank", "title": "Unauthorized", "status": 401, "reason": "unauthenticated"}
    assert replies == [Reply(401, expected)] * len(forgeries)
    assert (receiver.intake.deliveries, receiver.counts) == ({}, {("courier", "refused"): len(forgeries)})


def test_what_is_not_accepted_is_noted_with_its_sender_and_nothing_else_is(receiver: ReceiverHarness):
    reception = receiver.reception
    receiving = Receiving(COURIER, format_of(COURIER))

    def send(body: bytes, at: int = NOW_SECONDS, signature: str = "") -> None:
        headers = {
            "x-awal-signature-256": signature or sign(body, "/webhooks/courier", timestamp=str(at)),
            "x-timestamp": str(at),
        }
        reception.submit(receiving, Request("POST", b"/webhooks/courier", headers, body, "203.0.113.5"))()

    assert reception.find("nobody", "203.0.113.5") is None
    send(document(), signature="sha256=" + "0" * 64)
    send(document(), at=NOW_SECONDS - 301)
    send(document("shipment.eaten"))
    outcomes = {
        ("", "unknown_source", "/webhooks/nobody"),
        ("courier", "refused", "bad_signature"),
        ("courier", "stale", ""),
        ("courier", "quarantined", "unknown_event"),
    }
    assert {(sender.source, sender.outcome, reason) for sender, reason in receiver.notes} == outcomes
    assert {sender.peer for sender, _ in receiver.notes} == {"203.0.113.5"}
    assert len(receiver.notes) == len(outcomes)
    send(document())
    send(document())
    assert len(receiver.notes) == len(outcomes)
    assert {stored.delivery.peer for stored in receiver.intake.deliveries.values()} == {"203.0.113.5"}


def test_a_forgery_is_refused_even_while_the_database_is_unavailable(receiver: ReceiverHarness):
    receiver.intake.available = False
    assert post(receiver, document(), signature="sha256=" + "0" * 64).status == 401


def test_a_platforms_challenge_is_answered_without_a_signature(receiver: ReceiverHarness):
    assert post(receiver, CHALLENGE, AWALCHAT, signature="none")[:2] == (200, {"challenge": "x"})
    assert post(receiver, CHALLENGE, AWALCHAT, at=NOW_SECONDS - 301)[:2] == (200, {"challenge": "x"})
    assert (receiver.intake.deliveries, receiver.counts) == ({}, {})


def test_with_signed_verification_an_unsigned_or_stale_challenge_is_refused(receiver: ReceiverHarness):
    source = replace(AWALCHAT, verification="signed")
    assert post(receiver, CHALLENGE, source, signature="none").status == 401
    assert post(receiver, CHALLENGE, source, at=NOW_SECONDS - 301).status == 401
    assert post(receiver, CHALLENGE, source)[:2] == (200, {"challenge": "x"})


@pytest.mark.parametrize("challenge", ["x" * 257, "", "a\nb", "\x00", 5, None, {"a": 1}])
def test_only_a_short_printable_challenge_is_answered(receiver: ReceiverHarness, challenge: object):
    body = json.dumps({"type": "verification", "challenge": challenge}).encode()
    assert post(receiver, body, AWALCHAT, signature="none").status == 401
    assert post(receiver, body, AWALCHAT).body["status"] == "quarantined"


def test_a_couriers_challenge_is_not_answered(receiver: ReceiverHarness):
    assert post(receiver, CHALLENGE, signature="none").status == 401


def test_nothing_is_acknowledged_while_the_database_is_unavailable(receiver: ReceiverHarness):
    receiver.intake.available = False
    for body in (document(), b"{"):
        reply = post(receiver, body)
        assert (reply.status, reply.body["reason"]) == (503, "database_unavailable")
    assert receiver.told == [{"source": "courier", "reason": "database_unavailable"}] * 2
    receiver.intake.available = True
    assert post(receiver, document()).status == 202
    assert receiver.wake_ups.keys == [ORDER]


def test_requests_to_unknown_sources_are_counted_together(receiver: ReceiverHarness):
    assert (found := receiver.reception.find("courier"))
    assert found.source is COURIER
    assert [receiver.reception.find(f"stranger-{n}") for n in range(100)] == [None] * 100
    assert receiver.counts == {("", "unknown_source"): 100}


def test_the_repr_of_a_source_has_no_secret():
    assert "whsec" not in repr(COURIER)


def test_a_body_that_was_read_to_authenticate_it_is_not_read_again(
    receiver: ReceiverHarness, monkeypatch: pytest.MonkeyPatch
):
    bodies: list[bytes] = []

    def read(body: bytes, *, unique_keys: bool) -> object:
        bodies.append(body)
        return read_leniently(body, unique_keys=unique_keys)

    monkeypatch.setattr("webhook_receiver.profiles.engine.documents.read_leniently", read)
    source = source_of(OTO)
    sent = OTO.sent(OTO.document("delivered", AGO(1)), OTO.secrets)
    reply = receiver.reception.submit(Receiving(source, format_of(source)), request_of(sent, "oto"))()
    assert (reply.body["status"], bodies) == ("accepted", [sent.body])


def said_of(receiver: ReceiverHarness) -> list[tuple[object, ...]]:
    return [
        tuple(line.get(key) for key in ("outcome", "reason", "delivery", "orders", "events")) for line in receiver.told
    ]


def test_the_log_is_told_of_each_authentic_delivery_with_its_orders_and_its_row(receiver: ReceiverHarness):
    post(receiver, document())
    post(receiver, document())
    post(receiver, b"{")
    post(receiver, document(id="evt_2"), at=NOW_SECONDS - 100_000)
    post(receiver, CHAT, AWALCHAT)
    post(receiver, CHAT, AWALCHAT, at=NOW_SECONDS - 100_000)
    orders, events = ["main/1"], ["shipment.delivered"]
    assert said_of(receiver) == [
        ("accepted", None, 1, orders, events),
        ("duplicate", None, 2, orders, events),
        ("quarantined", "not_json", 3, [], []),
        ("stale", None, 4, orders, events),
        ("ignored", None, None, [], []),
        ("stale", None, None, [], []),
    ]
    assert {line["source"] for line in receiver.told} == {"courier", "awalchat"}


def test_the_log_is_not_told_of_each_request_of_a_stranger(receiver: ReceiverHarness):
    post(receiver, document(), signature="0" * 64)
    assert receiver.told == []
