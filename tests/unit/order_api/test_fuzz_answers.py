"""Answers by chance, on a real socket: the client ends each call in time, with a reading or an error of ours."""

import time
from random import Random

import pytest

from tests.support.dialects import DIALECTS
from tests.support.fake_order_api import PlatformOrder
from tests.support.strange_answers import STRANGE, change, damaged, http
from tests.unit.order_api.accounts import Account
from tests.unit.order_api.calling import QUICK, SLACK
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


class Examined(Account):
    """An account of which it is checked how each call ends."""

    def __init__(self, peer, client, platform):
        super().__init__(peer, client, platform)
        self.dialect = DIALECTS[platform]
        self.shown = self.dialect.success(self.dialect.shown("1", PlatformOrder("accepted")))
        self.calls = [
            lambda: self.orders.read("1"),
            lambda: self.orders.write("1", {"status": "accepted"}),
            lambda: self.orders.find(Reference("number", "ORD-1")),
            self.orders.probe,
        ]

    def ends_well(self, call):
        """Check how one call ends; returns what came back, a reading or an error."""
        began = time.monotonic()
        try:
            came = call()
        except ApiError as error:
            came = error
        assert time.monotonic() - began < QUICK.overall.total_seconds() + SLACK
        self._check(came)
        return came

    def _check(self, came):
        if isinstance(came, ApiError):
            assert len(str(came)) < 1000
            assert str(came).isprintable()
            assert "whsec_very_secret" not in str(came)
            assert 0 <= getattr(came, "wait", 0) <= DAY
        assert all(0 < wait <= DAY for wait in self.waits)


@pytest.fixture
def account(peer, client, platform):
    return Examined(peer, client, platform)


def strange_answer(dice, shown, dialect):
    """Make up an answer: often with a field that is strange, with strange headers, or damaged on its way."""
    envelope = {**dice.choice([shown, shown, dialect.failure("No.")])}
    name = dice.choice([*dialect.outer, *[f"data.{name}" for name in dialect.inner]])
    strange = change(name, dice.choice(list(STRANGE.values())))(envelope)
    headers = {name: dice.choice(values) for name, values in HEADERS.items() if dice.random() < 0.2}
    raw = http(dice.choice([envelope, strange]), dice.choice(STATUSES), **headers)
    return damaged(dice, raw) if dice.random() < 0.5 else raw


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_call_that_meets_an_answer_by_chance_ends_in_time_with_a_reading_or_an_error_of_ours(peer, account, seed):
    dice = Random(seed)
    came = []
    for _ in range(400):
        peer.answers(strange_answer(dice, account.shown, account.dialect))
        came.append(account.ends_well(dice.choice(account.calls)))
    readings = [reading for reading in came if isinstance(reading, Reading)]
    assert readings
    assert len({type(error) for error in came if isinstance(error, ApiError)}) >= 5
    assert account.waits


def test_every_call_that_is_answered_in_part_and_then_by_silence_ends_in_time(peer, account):
    dice = Random(4)
    for _ in range(8):
        raw = http(account.shown)
        part = raw[: dice.randrange(len(raw))]
        peer.script = lambda connection, part=part: (connection.sendall(part), peer.over.wait(0.6))
        assert isinstance(account.ends_well(account.calls[0]), ApiError)
