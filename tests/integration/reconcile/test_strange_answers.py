"""A platform that handles its orders correctly and sends strange answers: an order is completed, or it stops.

The reconciler, the database and the client are real. The platform is on a socket, and the tests change its answers.
"""

from collections import Counter
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.support.credentials import credentials_at
from tests.support.dialects import DIALECTS, Dialect
from tests.support.events import KEY
from tests.support.peer import Peer
from tests.support.sandbox_account import PATIENT
from tests.support.strange_answers import STRANGE, StrangePlatform, Twist, change, damaged, http
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.order_api.account_session import AccountContext
from worker.order_api.accounts import open_account
from worker.order_api.http.client import Client, Timeouts
from worker.reconcile.trouble import AccountTrouble

SHORT = Timeouts(connect=timedelta(seconds=0.5), read=timedelta(seconds=0.5), overall=timedelta(seconds=0.6))
"""For answers that come late. All others have a minute, because this machine may be busy."""
EACH = pytest.mark.parametrize("platform", DIALECTS)
STOPS = {"unknown_status", "refused"}
"""Why an order may stop after a strange answer: the status is unknown, or the answer is a refusal."""


class StrangeInstallation:
    """One order, and a platform with strange answers."""

    def __init__(self, harness, client, peer, platform):
        self.harness = harness
        self.platform = StrangePlatform(harness.api, DIALECTS[platform])
        peer.script = self._serve
        self._peer = peer
        context = AccountContext(client, harness.clock, ZoneInfo("UTC"), lambda _seen: None)
        api = open_account(credentials_at(peer.url, platform), context).order_api()
        harness.probe = harness.probe_of({KEY.account: api})
        trouble = AccountTrouble(harness.probe, harness.clock)
        harness.reconcile = harness.reconciler(apis={KEY.account: api}, trouble=trouble).reconcile

    def _serve(self, connection):
        connection.sendall(self.platform.answer(self._peer.requests[-1]))

    def run(self):
        """Receive an event, then let four hours pass: an order that nobody has seen yet is asked for seldom."""
        self.harness.receive("order.completed")
        self.harness.run_for(hours=4)

    def check(self, writes):
        """Check that the order is completed or stopped, and no step is illegal or sent more than *writes* times."""
        row = self.harness.row()
        assert self.harness.api.illegal == []
        assert max(Counter(self.harness.api.writes).values(), default=0) <= writes
        if row["stop"] is None:
            assert (self.harness.api.orders[KEY.order_id].status, row["stage"]) == ("completed", "completed")
            assert row["due"] is None
            assert set(self.harness.event_results().values()) <= {"applied", "superseded"}
        else:
            assert row["stop"] in STOPS
            assert row["stop_detail"].isprintable()


@pytest.fixture(scope="module")
def patient_client():
    with Client(PATIENT) as client:
        yield client


@pytest.fixture(scope="module")
def hasty_client():
    with Client(SHORT) as client:
        yield client


@pytest.fixture(scope="module")
def peer():
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def new_installation(new_harness, patient_client, peer):
    def build(platform, client=patient_client):
        return StrangeInstallation(new_harness(Policy(accept=Accept.MANUAL)), client, peer, platform)

    return build


def names(dialect: Dialect) -> list[str]:
    return [*dialect.outer, *[f"data.{name}" for name in dialect.inner]]


@EACH
def test_an_order_is_completed_by_answers_as_they_are_documented_without_an_uncertain_or_repeated_write(
    new_installation, platform
):
    installation = new_installation(platform)
    installation.run()
    installation.check(writes=1)
    assert installation.harness.api.orders[KEY.order_id].status == "completed"
    assert {outcome for _, outcome in installation.harness.writes()} == {"confirmed"}


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(
    ("platform", "name"), [(platform, name) for platform, dialect in DIALECTS.items() for name in names(dialect)]
)
def test_an_order_is_completed_or_stopped_after_an_answer_with_any_field_missing_or_of_another_kind(
    new_installation, platform, method, name
):
    for value in STRANGE.values():
        installation = new_installation(platform)
        installation.platform.twists[method] = [change(name, value)]
        installation.run()
        assert installation.platform.twists[method] == []
        installation.check(writes=2)


@EACH
@pytest.mark.parametrize("seed", range(12))
def test_an_order_is_completed_or_stopped_after_answers_that_are_strange_huge_late_or_damaged(
    new_installation, hasty_client, peer, platform, seed
):
    installation, dice = new_installation(platform, hasty_client), Random(seed)
    dialect = DIALECTS[platform]
    installation.platform.twists = {
        method: [trouble(dice, peer, dialect) for _ in range(6)] for method in ("GET", "PUT")
    }
    installation.run()
    installation.check(writes=7)


def trouble(dice: Random, peer: Peer, dialect: Dialect) -> Twist:
    """Choose the fault of one answer at random."""

    def late(envelope):
        peer.over.wait(SHORT.overall.total_seconds() + 0.02)
        return envelope

    return dice.choice(
        [
            late,
            change(dice.choice(names(dialect)), dice.choice(list(STRANGE.values()))),
            lambda envelope: damaged(dice, http(envelope)),
            lambda envelope: envelope | {"padding": "x" * 1_100_000},
            lambda envelope: http(dialect.failure("Slow down."), dice.choice([429, 500, 503]), Retry_After="7"),
            lambda envelope: http(["<html>"], dice.choice([200, 302, 400, 404, 422, 502])),
            lambda envelope: b"",
        ]
    )
