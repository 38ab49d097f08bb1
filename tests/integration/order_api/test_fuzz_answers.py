"""Random answers on a real socket: each call ends in time, with a reading or an error of ours."""

import gzip
import json
import time
from random import Random
from threading import Event

import pytest

from tests.integration.order_api.accounts import PeerAccount
from tests.integration.order_api.calling import PATIENT, QUICK, SLACK_SECONDS
from tests.support.dialects import DIALECTS
from tests.support.fake_order_api import FakeOrder
from tests.support.strange_answers import FLAWS, STRANGE, change, damaged, http, with_flaw
from worker.domain.errors import ApiError, Throttled, Transient, Unauthorized
from worker.domain.instants import DAY, SECOND
from worker.domain.orders import Reading, Reference
from worker.order_api.http.client import Client

HEADERS = {
    "Retry_After": ["0", "-1", "3600", "9" * 12, "Sun, 25 Jan 2026 12:00:00 GMT", "Fri, 99 Feb 0000 99:99:99 GMT"],
    "Date": ["", "0", "Sun, 25 Jan 2026 12:00:00 +9999", "Fri, 31 Dec 9999 23:59:59 -2359", "x" * 5000],
    "X_RateLimit_Remaining": ["0", "0", "-0", "1e9", "\xb2"],
    "X_RateLimit_Reset": ["0", "9" * 12, "9" * 5000, "now"],
    "Content_Encoding": ["gzip", "br, identity", "deflate", "\xff"],
    "Content_Length": ["0", "5", "99999", "-1", "1e3", "1, 2", "\xb2"],
    "Age": ["0", "60", "-1", "9" * 9, "9" * 5000, "\xb2"],
    "Content_Type": ["text/html", "application/json; charset=utf-7"],
    "Set_Cookie": ["a=b"],
    "Location": ["https://elsewhere.invalid/"],
}
STATUSES = [
    *[200] * 9,
    *(
        201,
        204,
        206,
        299,
        304,
        307,
        400,
        401,
        403,
        404,
        409,
        410,
        418,
        422,
        423,
        429,
        429,
        429,
        500,
        503,
        599,
        600,
        999,
    ),
]
BODIES = [b"", b"\xef\xbb\xbf", b"<html>No.</html>", b"null", b"\xff\xfe", b"[" * 5000, b"{}" * 9]


class CheckedAccount(PeerAccount):
    """An account that checks how each of its calls ends."""

    def __init__(self, peer, client, platform):
        super().__init__(peer, client, platform)
        self.dialect = DIALECTS[platform]
        self.envelope = self.dialect.success(self.dialect.order("1", FakeOrder("accepted")))
        self.calls = [
            lambda: self.api.read("1"),
            lambda: self.api.write("1", {"status": self.envelope["data"]["status"]}),
            lambda: self.api.find(Reference("number", "ORD-1")),
            self.api.probe,
        ]

    def run(self, call):
        """Run one call, check how it ends, and return its reading or its error."""
        began_at = time.monotonic()
        try:
            outcome = call()
        except ApiError as error:
            outcome = error
        assert time.monotonic() - began_at < QUICK.overall.total_seconds() + SLACK_SECONDS
        self._check(outcome)
        return outcome

    def _check(self, outcome):
        if isinstance(outcome, ApiError):
            assert len(str(outcome)) < 1000
            assert str(outcome).isprintable()
            assert "whsec_very_secret" not in str(outcome)
            assert 0 <= getattr(outcome, "wait", 0) <= DAY
        assert all(0 <= seen.closed_for <= DAY for seen in self.observed)


@pytest.fixture
def account(peer, quick, platform):
    return CheckedAccount(peer, quick, platform)


@pytest.fixture
def patient(peer, platform):
    """The same account without a short deadline, for answers that come whole."""
    with Client(PATIENT) as client:
        yield CheckedAccount(peer, client, platform)


def strange_answer(dice, usual, dialect):
    """Return a random answer as bytes: often with a strange field, with strange headers, or damaged."""
    envelope = {**dice.choice([usual, usual, dialect.failure("No.")])}
    name = dice.choice([*dialect.outer, *[f"data.{name}" for name in dialect.inner]])
    strange = change(name, dice.choice(list(STRANGE.values())))(envelope)
    headers = {name: dice.choice(values) for name, values in HEADERS.items() if dice.random() < 0.2}
    body = odd_body(dice, json.dumps(dice.choice([envelope, strange])).encode())
    if dice.random() < 0.2:
        body, headers = gzip.compress(body), headers | {"Content_Encoding": "gzip"}
    raw = http(body, dice.choice(STATUSES), **headers)
    return damaged(dice, raw) if dice.random() < 0.5 else raw


def odd_body(dice, body):
    """Return *body*, or one that is no JSON object, or has flaws, or begins with a byte order mark."""
    ways = [
        lambda: body,
        lambda: body,
        lambda: with_flaw(body, dice.choice(list(FLAWS.values()))),
        lambda: b"\xef\xbb\xbf" + body,
        lambda: dice.choice(BODIES),
    ]
    return dice.choice(ways)()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_call_that_gets_a_random_answer_ends_in_time_with_a_reading_or_an_error_of_ours(peer, account, seed):
    dice = Random(seed)
    outcomes = []
    for _ in range(400):
        peer.answers(strange_answer(dice, account.envelope, account.dialect))
        outcomes.append(account.run(dice.choice(account.calls)))
    readings = [reading for reading in outcomes if isinstance(reading, Reading)]
    assert readings
    assert len({type(error) for error in outcomes if isinstance(error, ApiError)}) >= 5
    assert any(seen.refused for seen in account.observed)


def test_every_call_that_gets_a_part_of_an_answer_and_then_nothing_ends_in_time(peer, account):
    dice = Random(4)
    for _ in range(8):
        raw = http(account.envelope)
        part = raw[: dice.randrange(len(raw))]
        call_is_over = Event()
        peer.script = lambda connection, part=part, over=call_is_over: (connection.sendall(part), over.wait(60))
        assert isinstance(account.run(account.calls[0]), ApiError)
        call_is_over.set()


@pytest.mark.parametrize("raw", FLAWS.values(), ids=FLAWS)
def test_a_read_a_write_a_search_and_a_probe_do_not_mind_what_they_do_not_use(peer, patient, raw):
    body = with_flaw(json.dumps(patient.envelope).encode(), raw)
    for answer in (http(body), http(b"\xef\xbb\xbf" + body), http(gzip.compress(body), Content_Encoding="gzip")):
        peer.answers(answer)
        assert isinstance(patient.run(patient.calls[0]), Reading)
        assert isinstance(patient.run(patient.calls[1]), Reading)
        assert patient.run(patient.calls[3]) is None
    listed = json.dumps(patient.dialect.success([patient.dialect.order("1", FakeOrder("accepted"))])).encode()
    peer.answers(http(with_flaw(listed, raw)))
    assert patient.run(patient.calls[2]) == ("1",)
    check = patient.account.check()
    assert (check.failure, check.unknown_statuses) == (None, {})


@pytest.mark.parametrize("status", [200, 299])
@pytest.mark.parametrize("body", BODIES)
def test_a_success_without_a_document_of_the_platform_is_transient(peer, patient, status, body):
    peer.answers(http(body, status))
    for call in patient.calls:
        assert type(patient.run(call)) is Transient


@pytest.mark.parametrize("status", [299, 599, 600, 999])
def test_an_odd_status_means_what_its_first_digit_means(peer, patient, status):
    peer.answers(http(patient.envelope, status))
    outcome = patient.run(patient.calls[0])
    assert isinstance(outcome, Reading) if status == 299 else type(outcome) is Transient


def test_a_probe_whose_order_is_too_large_to_be_read_proves_the_credentials(peer, patient):
    peer.answers(http(patient.envelope | {"padding": "x" * 1_100_000}))
    assert patient.run(patient.calls[3]) is None
    assert patient.account.check().failure is None
    peer.answers(http(patient.envelope | {"padding": "x" * 1_100_000}, 401))
    assert isinstance(patient.run(patient.calls[3]), Unauthorized)
    assert isinstance(patient.account.check().failure, Unauthorized)


@pytest.mark.parametrize(("status", "family"), [(429, Throttled), (401, Unauthorized), (503, Transient)])
def test_a_refusal_whose_body_cannot_be_read_counts_by_its_status(peer, patient, status, family):
    for answer in (
        http(b"x" * 2_000_000, status, Retry_After="7"),
        http(b"x", status, Content_Encoding="br", Retry_After="7"),
        http(gzip.compress(bytes(2_000_000)), status, Content_Encoding="gzip", Retry_After="7"),
        http(gzip.compress(b"{}")[:-3], status, Content_Encoding="gzip", Retry_After="7"),
    ):
        peer.answers(answer)
        outcome = patient.run(patient.calls[0])
        assert (type(outcome), getattr(outcome, "wait", 7 * SECOND)) == (family, 7 * SECOND)


def test_every_read_asks_caches_for_a_fresh_answer_and_no_write_does(peer, patient):
    peer.answers(http(patient.envelope))
    for call, is_fresh in zip(patient.calls, (True, False, True, True), strict=True):
        peer.requests.clear()
        patient.run(call)
        assert peer.requests
        assert all((b"\r\ncache-control: no-cache\r\n" in each.lower()) is is_fresh for each in peer.requests)
