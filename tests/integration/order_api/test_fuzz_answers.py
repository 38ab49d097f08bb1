"""Random answers on a real socket: each call ends in time, with a reading or an error of ours."""

import time
from random import Random

import pytest

from tests.integration.order_api.accounts import PeerAccount
from tests.integration.order_api.calling import QUICK, SLACK_SECONDS
from tests.support.dialects import DIALECTS
from tests.support.fake_order_api import FakeOrder
from tests.support.strange_answers import STRANGE, change, damaged, http
from worker.domain.errors import ApiError
from worker.domain.instants import DAY
from worker.domain.orders import Reading, Reference

HEADERS = {
    "Retry_After": ["0", "-1", "3600", "9" * 12, "Sun, 25 Jan 2026 12:00:00 GMT", "Fri, 99 Feb 0000 99:99:99 GMT"],
    "Date": ["", "0", "Sun, 25 Jan 2026 12:00:00 +9999", "Fri, 31 Dec 9999 23:59:59 -2359", "x" * 5000],
    "X_RateLimit_Remaining": ["0", "0", "-0", "1e9", "\xb2"],
    "X_RateLimit_Reset": ["0", "9" * 12, "9" * 5000, "now"],
    "Content_Encoding": ["gzip", "br, identity"],
    "Content_Type": ["text/html", "application/json; charset=utf-7"],
    "Set_Cookie": ["a=b"],
    "Location": ["https://elsewhere.invalid/"],
}
STATUSES = [*[200] * 9, 201, 204, 206, 304, 307, 400, 401, 403, 404, 409, 418, 422, 429, 429, 429, 500, 503]


class CheckedAccount(PeerAccount):
    """An account that checks how each of its calls ends."""

    def __init__(self, peer, client, platform):
        super().__init__(peer, client, platform)
        self.dialect = DIALECTS[platform]
        self.envelope = self.dialect.success(self.dialect.order("1", FakeOrder("accepted")))
        self.calls = [
            lambda: self.api.read("1"),
            lambda: self.api.write("1", {"status": "accepted"}),
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
        assert all(0 < lasts <= DAY for lasts in self.pauses)


@pytest.fixture
def account(peer, client, platform):
    return CheckedAccount(peer, client, platform)


def strange_answer(dice, usual, dialect):
    """Return a random answer as bytes: often with a strange field, with strange headers, or damaged."""
    envelope = {**dice.choice([usual, usual, dialect.failure("No.")])}
    name = dice.choice([*dialect.outer, *[f"data.{name}" for name in dialect.inner]])
    strange = change(name, dice.choice(list(STRANGE.values())))(envelope)
    headers = {name: dice.choice(values) for name, values in HEADERS.items() if dice.random() < 0.2}
    raw = http(dice.choice([envelope, strange]), dice.choice(STATUSES), **headers)
    return damaged(dice, raw) if dice.random() < 0.5 else raw


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
    assert account.pauses


def test_every_call_that_gets_a_part_of_an_answer_and_then_nothing_ends_in_time(peer, account):
    dice = Random(4)
    for _ in range(8):
        raw = http(account.envelope)
        part = raw[: dice.randrange(len(raw))]
        peer.script = lambda connection, part=part: (connection.sendall(part), peer.over.wait(0.6))
        assert isinstance(account.run(account.calls[0]), ApiError)
