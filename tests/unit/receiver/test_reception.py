"""The whole table of what is answered, and what is written down for it."""

import json
from dataclasses import replace

import pytest

from tests.support.receiver import AWALCHAT, COURIER, NOW, Receiver, news, sign
from webhook_receiver.reception import Answer
from webhook_receiver.signatures import Request
from webhook_receiver.sources import Source
from worker.domain.orders import OrderKey

ORDER = OrderKey("main", "1")
HINT = b'{"event":"order.updated","timestamp":"2024-01-25T14:30:00Z","data":{"order_id":1}}'
CHAT = b'{"event":"message.received","timestamp":"2024-01-25T14:30:00Z","data":{"text":"my address is ..."}}'
CHALLENGE = b'{"type":"verification","challenge":"x"}'


@pytest.fixture
def operator() -> Receiver:
    return Receiver()


def post(operator: Receiver, body: bytes, source: Source = COURIER, *, at: int = NOW, signature: str = "") -> Answer:
    target = f"/webhooks/{source.name}"
    authentic = sign(body, target, timestamp=str(at))
    return operator.reception.receive(source, Request("POST", target.encode(), signature or authentic, str(at), body))


def outcomes(operator: Receiver) -> list[str]:
    return [stored.outcome for stored in operator.intake.deliveries.values()]


def test_new_and_understood_is_accepted_and_nudged(operator: Receiver):
    assert post(operator, news()) == (202, {"status": "accepted", "delivery_id": 1, "event_id": 1})
    assert operator.nudged == [ORDER]
    assert operator.intake.events["courier", "evt_1"].event.order == ORDER


def test_seen_before_is_a_duplicate_with_the_first_events_id(operator: Receiver):
    post(operator, news())
    assert post(operator, news()) == (200, {"status": "duplicate", "delivery_id": 2, "event_id": 1})
    assert (len(operator.intake.events), operator.intake.revisions[ORDER]) == (1, 1)


def test_a_repeated_hint_is_a_duplicate_and_a_hint_all_the_same(operator: Receiver):
    post(operator, HINT, AWALCHAT)
    assert post(operator, HINT, AWALCHAT) == (200, {"status": "duplicate", "delivery_id": 2, "event_id": 1})
    assert (operator.nudged, operator.intake.revisions[ORDER]) == ([ORDER, ORDER], 2)


def test_what_is_of_no_interest_is_counted_and_not_kept(operator: Receiver):
    assert post(operator, CHAT, AWALCHAT) == (200, {"status": "ignored"})
    assert (operator.intake.deliveries, operator.counted) == ({}, {("awalchat", "ignored"): 1})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff", "bad_text"),
        (b"{", "not_json"),
        (news(order_id=None, tracking_number=None), "no_order"),
        (news("shipment.eaten"), "unknown_event"),
        (news(id=None, timestamp=None), "no_key"),
    ],
)
def test_authentic_but_unusable_is_kept_in_quarantine(operator: Receiver, body: bytes, reason: str):
    assert post(operator, body) == (202, {"status": "quarantined", "reason": reason})
    assert operator.intake.deliveries[1].delivery.body == body
    assert operator.nudged == []


def test_a_known_key_with_other_news_is_quarantined_and_never_dropped(operator: Receiver):
    post(operator, news())
    for other in (news(order_id=2), news("shipment.lost"), news(tracking_number="TRK2")):
        assert post(operator, other) == (202, {"status": "quarantined", "reason": "key_reused"})
    assert outcomes(operator) == ["accepted", "quarantined", "quarantined", "quarantined"]


def test_news_of_no_parcel_by_name_is_quarantined_when_there_are_several(operator: Receiver):
    assert post(operator, news("shipment.created", id="a")).status == 202
    assert post(operator, news("shipment.picked_up", id="b", tracking_number=None)).body["status"] == "accepted"
    post(operator, news("shipment.created", id="c", tracking_number="TRK2"))
    unclear = post(operator, news("shipment.delivered", id="d", tracking_number=None))
    assert unclear == (202, {"status": "quarantined", "reason": "which_parcel"})


def test_news_that_a_source_may_not_send_is_quarantined(operator: Receiver):
    courier = replace(COURIER, allow=frozenset({"shipment"}))
    assert post(operator, news("order.completed"), courier).body["reason"] == "not_allowed"


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301])
def test_stale_is_refused_yet_kept_once(operator: Receiver, at: int):
    for _ in range(3):
        answer = post(operator, news(), at=at)
        assert (answer.status, answer.body["reason"]) == (401, "stale")
    post(operator, b"{", at=at)
    post(operator, b"{", at=at)
    assert outcomes(operator) == ["stale", "stale"]
    assert [stored.delivery.events for stored in operator.intake.deliveries.values()] == [(), ()]
    assert (operator.intake.events, operator.nudged) == ({}, [])
    assert operator.intake.counters == {("courier", "stale"): 3}


@pytest.mark.parametrize("at", [NOW - 300, NOW + 300])
def test_within_the_tolerance_is_not_stale(operator: Receiver, at: int):
    assert post(operator, news(), at=at).status == 202


def test_a_stale_delivery_is_acted_on_where_the_source_says_so(operator: Receiver):
    assert post(operator, news(), replace(COURIER, stale="accept"), at=NOW - 86_400).body["status"] == "accepted"
    assert operator.nudged == [ORDER]


def test_stale_chats_are_not_kept_either(operator: Receiver):
    assert post(operator, CHAT, AWALCHAT, at=NOW - 301).status == 401
    assert (operator.intake.deliveries, operator.counted) == ({}, {("awalchat", "stale"): 1})


def test_every_unauthentic_request_gets_one_and_the_same_answer_and_leaves_a_count(operator: Receiver):
    body = news()
    right = sign(body, "/webhooks/courier")
    forged = [
        Request("POST", b"/webhooks/courier", "", "", body),
        Request("POST", b"/webhooks/courier", right, "", body),
        Request("POST", b"/webhooks/courier", "", str(NOW), body),
        Request("POST", b"/webhooks/courier", "sha256=" + "0" * 64, str(NOW), body),
        Request("POST", b"/webhooks/courier", "sha256=" + "0" * 64, str(NOW - 9999), body),
        Request("POST", b"/webhooks/courier", right, "yesterday", body),
    ]
    answers = [operator.reception.receive(COURIER, request) for request in forged]
    expected = {"type": "about:blank", "title": "Unauthorized", "status": 401, "reason": "unauthenticated"}
    assert answers == [Answer(401, expected)] * len(forged)
    assert (operator.intake.deliveries, operator.counted) == ({}, {("courier", "refused"): len(forged)})


def test_a_forgery_is_refused_even_while_the_database_is_away(operator: Receiver):
    operator.intake.available = False
    assert post(operator, news(), signature="sha256=" + "0" * 64).status == 401


def test_the_platforms_challenge_is_answered_without_a_signature(operator: Receiver):
    assert post(operator, CHALLENGE, AWALCHAT, signature="none") == (200, {"challenge": "x"})
    assert post(operator, CHALLENGE, AWALCHAT, at=NOW - 301) == (200, {"challenge": "x"})
    assert (operator.intake.deliveries, operator.counted) == ({}, {})


def test_where_verification_is_signed_an_unsigned_or_stale_challenge_is_refused(operator: Receiver):
    source = replace(AWALCHAT, verification="signed")
    assert post(operator, CHALLENGE, source, signature="none").status == 401
    assert post(operator, CHALLENGE, source, at=NOW - 301).status == 401
    assert post(operator, CHALLENGE, source) == (200, {"challenge": "x"})


@pytest.mark.parametrize("challenge", ["x" * 257, "", "a\nb", "\x00", 5, None, {"a": 1}])
def test_only_a_short_printable_challenge_is_answered(operator: Receiver, challenge: object):
    body = json.dumps({"type": "verification", "challenge": challenge}).encode()
    assert post(operator, body, AWALCHAT, signature="none").status == 401
    assert post(operator, body, AWALCHAT).body["status"] == "quarantined"


def test_a_courier_has_no_challenge(operator: Receiver):
    assert post(operator, CHALLENGE, signature="none").status == 401


def test_without_the_database_nothing_is_acknowledged(operator: Receiver):
    operator.intake.available = False
    for body in (news(), b"{"):
        answer = post(operator, body)
        assert (answer.status, answer.body["reason"]) == (503, "database_unavailable")
    operator.intake.available = True
    assert post(operator, news()).status == 202
    assert operator.nudged == [ORDER]


def test_strangers_are_counted_together_whatever_they_call_themselves(operator: Receiver):
    assert operator.reception.find("courier") is COURIER
    assert [operator.reception.find(f"stranger-{n}") for n in range(100)] == [None] * 100
    assert operator.counted == {("", "unknown_source"): 100}


def test_no_secret_shows_in_what_a_source_prints():
    assert "whsec" not in repr(COURIER)
