"""What is counted of a refused request: why, and of a path that names no source, which one. The number is bounded."""

from collections import Counter
from collections.abc import Mapping

import pytest

from tests.support.couriers.oto import OTO
from tests.support.couriers.receiving import AGO, request_of, source_of
from tests.support.programs import until
from tests.support.receiver import COURIER, NOW_SECONDS, ReceiverHarness, document, sign
from webhook_receiver.background.refusals import RefusalCounts
from webhook_receiver.background.sender import BackgroundSender
from webhook_receiver.profiles.engine.authentication import Location, Method, OpenedRequest, why_refused
from webhook_receiver.profiles.engine.messages import Template
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.requests import Request, Sender
from worker.domain.errors import StoreUnavailable
from worker.domain.reasons import RefusalReason
from worker.domain.refusals import MAX_PATH, MAX_PATHS, Refusal, unknown_path, within_bounds

SIGNED = "x-awal-signature-256"
NOTHING = Template("", ())
STRANGER = Sender("", "unknown_source", "203.0.113.5")


@pytest.fixture
def receiver() -> ReceiverHarness:
    return ReceiverHarness()


def noted(receiver: ReceiverHarness) -> list[str]:
    return [reason for _, reason in receiver.notes]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({SIGNED: "sha256=" + "0" * 64}, RefusalReason.BAD_SIGNATURE),
        ({SIGNED: "0" * 64}, RefusalReason.BAD_SIGNATURE),
        ({"x-timestamp": str(NOW_SECONDS + 1)}, RefusalReason.BAD_SIGNATURE),
        ({"x-timestamp": f"{NOW_SECONDS}000"}, RefusalReason.BAD_TIME),
        ({"x-timestamp": None}, RefusalReason.BAD_TIME),
        ({SIGNED: None}, RefusalReason.NO_SIGNATURE),
    ],
)
def test_a_request_of_the_open_format_is_refused_for_what_is_wrong_with_it(
    changed: Mapping[str, str | None], reason: RefusalReason
):
    good = {SIGNED: sign(document(), "/webhooks/courier"), "x-timestamp": str(NOW_SECONDS)}
    headers = {name: value for name, value in (good | dict(changed)).items() if value is not None}
    request = Request("POST", b"/webhooks/courier", headers, document())
    assert format_of(COURIER).authenticate(request) is None
    assert format_of(COURIER).why_refused(request) is reason


def test_a_request_of_a_courier_is_refused_for_what_is_wrong_with_it():
    good = request_of(OTO.sent(OTO.document("delivered", AGO(1)), OTO.secrets), "oto")
    its_format = format_of(source_of(OTO))
    assert its_format.why_refused(good._replace(headers={})) is RefusalReason.NO_SIGNATURE
    other = good._replace(headers=dict.fromkeys(good.headers, "nonsense"), body=good.body + b" ")
    assert its_format.why_refused(other) is RefusalReason.BAD_SIGNATURE


def test_a_time_that_is_no_time_is_told_from_a_wrong_signature_and_a_body_is_not_read_for_it():
    signed, timed = Location("header", "X-Signature"), Location("header", "X-Time")
    method = Method("signature", "hmac", signed, (b"k",), NOTHING, time=timed)
    in_body = Method("token", "static", Location("body", "token"), (b"k",), NOTHING)

    def why(headers: Mapping[str, str], *methods: Method) -> RefusalReason:
        opened = OpenedRequest(Request("POST", b"/", headers, b"{}"), "json")
        reason = why_refused(methods, opened)
        assert opened.outer is None
        return reason

    assert why({"x-signature": "s"}, method) is RefusalReason.BAD_TIME
    assert why({"x-signature": "s", "x-time": "yesterday"}, method) is RefusalReason.BAD_TIME
    assert why({"x-signature": "s", "x-time": "1706193000"}, method) is RefusalReason.BAD_SIGNATURE
    assert why({"x-time": "1706193000"}, method) is RefusalReason.NO_SIGNATURE
    assert why({}, in_body) is RefusalReason.BAD_SIGNATURE
    assert why({}) is RefusalReason.NO_SIGNATURE


@pytest.mark.parametrize(
    ("method", "length", "status", "reason"),
    [("DELETE", 0, 405, RefusalReason.WRONG_METHOD), ("POST", 2_000_000, 413, RefusalReason.TOO_LARGE)],
)
def test_a_request_with_a_wrong_method_or_too_large_a_body_is_counted_for_its_source(
    receiver: ReceiverHarness, method: str, length: int, status: int, reason: RefusalReason
):
    answer = receiver.app.test_client().open("/webhooks/courier", method=method, data=b"x" * length)
    assert (answer.status_code, noted(receiver)) == (status, [reason])
    assert receiver.counts == {("courier", "refused"): 1}


@pytest.mark.parametrize("path", ["/webhook/courier", "/courier", "/proxy/webhooks/courier/", "/webhooks//courier"])
def test_a_wrong_path_that_ends_with_the_name_of_a_source_is_counted(receiver: ReceiverHarness, path: str):
    assert receiver.app.test_client().post(path).status_code == 404
    assert noted(receiver) == [path]


@pytest.mark.parametrize("path", ["/", "/wp-login.php", "/courier/secret", "/nobody"])
def test_a_path_of_a_stranger_is_not_counted(receiver: ReceiverHarness, path: str):
    assert receiver.app.test_client().post(path).status_code == 404
    assert (noted(receiver), receiver.counts) == ([], {})


def test_paths_are_told_apart_up_to_a_bound_and_are_short_and_clean():
    counts = RefusalCounts()
    for number in range(MAX_PATHS + 5):
        counts.add(STRANGER, "", f"/webhooks/{number}")
    counts.add(STRANGER, "", "/webhooks/3")
    taken = counts.take()
    assert (len(taken), taken[unknown_path("/webhooks/3")], taken[unknown_path("")]) == (MAX_PATHS + 1, 2, 5)
    assert counts.take() == {}
    assert unknown_path("/webhooks/\x1b[31m" + "x" * 500).path == "/webhooks/ [31m" + "x" * (MAX_PATH - 15)


def test_paths_that_are_known_keep_their_place():
    new = {unknown_path("/webhooks/a"): 1, unknown_path("/webhooks/b"): 2, unknown_path("/webhooks/c"): 3}
    known = ["/webhooks/b", *map(str, range(MAX_PATHS - 1))]
    assert within_bounds(new, known) == {unknown_path(""): 4, unknown_path("/webhooks/b"): 2}


def test_what_is_no_refusal_is_not_counted():
    counts = RefusalCounts()
    counts.add(Sender("courier", "quarantined", ""), "no_order", "")
    counts.add(Sender("", "refused", ""), "", "")
    assert counts.take() == {}


def test_refusals_are_added_to_the_database_and_those_that_could_not_be_are_added_later():
    added, attempts = Counter[Refusal](), list[Mapping[Refusal, int]]()

    def add(counts: Mapping[Refusal, int]) -> None:
        attempts.append(counts)
        if len(attempts) == 1:
            raise StoreUnavailable("busy")
        added.update(counts)

    background = BackgroundSender(print, print, add)
    background.note(Sender("courier", "refused", ""), "bad_time")
    background.note(Sender("courier", "stale", ""))
    until(lambda: attempts, what="the first attempt")
    background.note(STRANGER, "", "/webhooks/x")
    background.close(60)
    assert added == {
        Refusal("courier", "", RefusalReason.BAD_TIME): 1,
        Refusal("courier", "", RefusalReason.STALE): 1,
        unknown_path("/webhooks/x"): 1,
    }
