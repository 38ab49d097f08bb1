"""The signature formula, against the published test vector."""

import pytest

from worker.domain.signing import SignedRequest, sign, signed_headers, split_target

BODY = (
    b'{"id":"evt_1","event":"shipment.delivered","timestamp":"2024-01-25T14:30:00Z",'
    b'"data":{"order_id":1,"tracking_number":"TRK1"}}'
)
VECTOR = SignedRequest(b"POST", b"/webhooks/courier", b"", b"1706193000", BODY)
SIGNATURE = "sha256=cc9d8046908052d1b6364beaf50b8cb41756f72d64bcb7d463b90b6dd236429f"


def test_the_published_vector_has_the_published_signature():
    assert len(BODY) == 125
    assert sign(b"whsec_test", VECTOR) == SIGNATURE


def test_a_sender_adds_the_signature_and_the_timestamp_that_it_covers():
    assert signed_headers(b"whsec_test", VECTOR) == {"X-Awal-Signature-256": SIGNATURE, "X-Timestamp": "1706193000"}


def test_a_sender_may_sign_fewer_parts():
    sent = signed_headers(b"whsec_test", VECTOR, ["timestamp", "body"])
    assert sent["X-Awal-Signature-256"] == sign(b"whsec_test", VECTOR, ["timestamp", "body"]) != SIGNATURE


@pytest.mark.parametrize("part", SignedRequest._fields)
def test_every_part_is_signed(part):
    changed = VECTOR._replace(**{part: getattr(VECTOR, part) + b"?"})
    assert sign(b"whsec_test", changed) != SIGNATURE


def test_another_secret_gives_another_signature():
    assert sign(b"whsec_tesT", VECTOR) != SIGNATURE


@pytest.mark.parametrize("parts", [["body", "timestamp"], ["body"], []])
def test_body_and_timestamp_are_always_signed_and_in_the_order_of_the_formula(parts):
    bare = SignedRequest(b"", b"", b"", VECTOR.timestamp, BODY)
    assert sign(b"whsec_test", VECTOR, parts) == sign(b"whsec_test", bare)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/webhooks/courier", b"/webhooks/courier", b""),
        (b"/webhooks/courier?", b"/webhooks/courier", b""),
        (b"/a%20b?x=1?y", b"/a%20b", b"?x=1?y"),
        (b"/a??", b"/a", b"??"),
        (b"", b"", b""),
    ],
)
def test_a_request_target_is_split_at_its_first_question_mark_and_never_decoded(target, path, query):
    assert split_target(target) == (path, query)
