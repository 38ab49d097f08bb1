"""What a courier is answered: as agreed for everything authentic, and never for what is refused."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from tests.support.invented import RECEIVED_AT, SECRET, profile, request, source_of
from tests.support.receiver import ReceiverHarness
from webhook_receiver.profiles.captures import MAX_A_DAY, MAX_NAMES
from webhook_receiver.profiles.schema.files import load_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.reception import Reply
from webhook_receiver.requests import Request
from worker.domain.instants import DAY, SECOND
from worker.domain.reasons import DeliveryOutcome, QuarantineReason

AGREED = '[answer]\nstatus = 202\nbody = \'{"Success": true, "id": "{uuid}"}\''
BODIES = {
    "accepted": b'{"state":"D","ref":"1"}',
    "duplicate": b'{"state":"D","ref":"1"}',
    "ignored": b'{"state":"I","ref":"1"}',
    "quarantined": b'{"state":"unheard of","ref":"1"}',
}
SIGNED_TIME = (
    '[auth.sig]\nkind = "hmac"\nfrom = "header:X-Sig"\nmessage = "{time}{body}"\ntime = { from = "header:X-Time" }'
)


class Receiver:
    """A receiver with one source on a fake database."""

    def __init__(self, chosen: ProfileFile, **changes: Any) -> None:
        self.harness = ReceiverHarness(sources=[source_of(chosen, **changes)])
        self.harness.intake.time = RECEIVED_AT
        self._reception = self.harness.reception

    def receive(self, sent: Request) -> Reply:
        receiving = self._reception.find("fastbox")
        assert receiving
        return self._reception.submit(receiving, sent)()

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        return self.receive(request(body, headers or {"X-Token": SECRET}))

    @property
    def outcomes(self) -> list[str]:
        return [stored.outcome for stored in self.harness.intake.deliveries.values()]


def test_by_default_every_authentic_delivery_is_answered_200_with_its_outcome():
    receiver = Receiver(profile())
    for outcome, body in BODIES.items():
        reply = receiver.post(body)
        assert (reply.status, reply.body["status"], reply.text) == (200, outcome, None)
    assert receiver.outcomes == ["accepted", "duplicate", "quarantined"]


def test_an_agreed_answer_is_given_for_everything_authentic_with_a_fresh_uuid():
    receiver = Receiver(profile(more=AGREED))
    replies = [receiver.post(body) for body in BODIES.values()]
    documents = [json.loads(reply.text or "") for reply in replies]
    assert {reply.status for reply in replies} == {202}
    assert all(document["Success"] is True for document in documents)
    assert len({UUID(document["id"]) for document in documents}) == len(BODIES)


def test_what_is_refused_has_never_the_agreed_answer():
    receiver = Receiver(profile(more=AGREED))
    reply = receiver.post(BODIES["accepted"], {"X-Token": "wrong"})
    assert (reply.status, reply.text) == (401, None)
    assert receiver.harness.counts["fastbox", DeliveryOutcome.REFUSED] == 1
    assert receiver.outcomes == []


def test_what_cannot_be_written_has_never_the_agreed_answer():
    receiver = Receiver(profile(more=AGREED))
    receiver.harness.intake.available = False
    reply = receiver.post(BODIES["accepted"])
    assert (reply.status, reply.text) == (503, None)


def test_a_probe_is_answered_200_before_it_is_authenticated_and_nothing_is_kept():
    receiver = Receiver(profile(top='probes = ["HEAD", "empty"]', more=AGREED))
    for sent in (request(b"", method="HEAD"), request(b"")):
        assert receiver.receive(sent) == Reply(200, {"status": "alive"})
    assert receiver.outcomes == []
    assert not receiver.harness.counts


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (300, 200), (-300, 200), (301, 401), (-301, 401)])
def test_a_signed_time_must_be_within_the_tolerance(seconds: int, status: int):
    receiver = Receiver(profile(auth=SIGNED_TIME, more="[answer]\nbody = 'true'"))
    time = str(RECEIVED_AT // SECOND + seconds)
    body = BODIES["accepted"]
    signature = hmac.new(SECRET.encode(), time.encode() + body, hashlib.sha256).hexdigest()
    for _ in range(2):
        reply = receiver.post(body, {"X-Sig": signature, "X-Time": time})
        assert (reply.status, reply.text) == (status, "true" if status == 200 else None)
    assert receiver.outcomes == (["accepted", "duplicate"] if status == 200 else ["stale"])


def test_a_stale_delivery_counts_when_the_source_accepts_it():
    receiver = Receiver(profile(auth=SIGNED_TIME), stale="accept")
    body, time = BODIES["accepted"], "1000000000"
    signature = hmac.new(SECRET.encode(), time.encode() + body, hashlib.sha256).hexdigest()
    assert receiver.post(body, {"X-Sig": signature, "X-Time": time}).status == 200
    assert receiver.outcomes == ["accepted"]


def test_the_good_elements_of_a_batch_are_taken_in_beside_the_bad():
    chosen = profile(
        document='each = "[]"', read='number = "[].ref"', status='from = "[].state"\nrows = [["D", "delivered"]]'
    )
    receiver = Receiver(chosen)
    reply = receiver.post(b'[{"state":"D","ref":"1"},{"state":"X","ref":"2"},{"state":"D","ref":"3"}]')
    assert (reply.status, reply.body) == (200, {"status": "quarantined", "reason": QuarantineReason.UNKNOWN_EVENT})
    orders = {recorded.event.order.order_id for recorded in receiver.harness.intake.events.values()}
    assert orders == {"number:1", "number:3"}


CAPTURE = {"token": ("a-token-of-24-characters",)}
TARGET = "/webhooks/fastbox?token=a-token-of-24-characters"


def captured_detail(receiver: Receiver) -> str:
    (stored,) = receiver.harness.intake.deliveries.values()
    return stored.delivery.detail


def test_a_captured_delivery_is_kept_with_names_and_lengths_and_no_values():
    receiver = Receiver(load_profile("capture"), secrets=CAPTURE)
    body = b"\x00 any bytes \xff"
    headers = {"Authorization": "Bearer secret-of-the-courier", "X-Odd": "\u202e"}
    reply = receiver.receive(request(body, headers, f"{TARGET}&other=value&empty=", "PUT"))
    assert (reply.status, reply.body["status"], reply.body["reason"]) == (200, "quarantined", "captured")
    detail = captured_detail(receiver)
    assert detail == "PUT; headers: authorization (28), x-odd (3); query: token (24), other (5), (6)"
    (stored,) = receiver.harness.intake.deliveries.values()
    assert stored.delivery.body == body


def test_a_capture_names_a_bounded_number_of_headers_and_fields():
    receiver = Receiver(load_profile("capture"), secrets=CAPTURE)
    headers = {f"X-{number:03}": "v" for number in range(300)}
    fields = "".join(f"&f{number}=1" for number in range(80))
    receiver.receive(request(b"x", headers, TARGET + fields))
    detail = captured_detail(receiver)
    assert detail.count("(1)") <= 2 * MAX_NAMES
    assert len(detail) <= 2000
    assert detail.isprintable()


def test_only_so_many_bodies_are_captured_in_a_day():
    receiver = Receiver(load_profile("capture"), secrets=CAPTURE)
    replies = [receiver.receive(request(b"x", target=TARGET)).body["status"] for _ in range(MAX_A_DAY + 2)]
    assert replies == ["quarantined"] * MAX_A_DAY + ["ignored"] * 2
    assert receiver.harness.counts["fastbox", DeliveryOutcome.IGNORED] == 2
    receiver.harness.intake.time += DAY + 1
    assert receiver.receive(request(b"x", target=TARGET)).body["status"] == "quarantined"
