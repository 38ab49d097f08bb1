"""The platform does what it should and says what it should not: an order comes home, or waits for a person.

The real use case, journal and client, against a platform on a socket of which the answers are twisted.
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
from tests.support.strange_answers import STRANGE, StrangePlatform, Twist, change, damaged, http
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.order_api.accounts import AccountContext
from worker.order_api.http.client import Client, Timeouts
from worker.reconcile.probe import Probe

HASTE = Timeouts(connect=timedelta(seconds=0.1), read=timedelta(seconds=0.1), overall=timedelta(seconds=0.15))
EACH = pytest.mark.parametrize("platform", DIALECTS)
STOPS = {"unknown_status", "refused"}
"""Why an order may wait for a person after a strange answer: its status is a word that nobody knows, or says no."""


class Scene:
    """A shop of one order, and its strange platform."""

    def __init__(self, harness, client, peer, platform):
        self.harness = harness
        self.platform = StrangePlatform(harness.api, DIALECTS[platform])
        peer.script = self._serve
        self._peer = peer
        context = AccountContext(client, harness.clock, ZoneInfo("UTC"), lambda wait: None)
        api = credentials_at(peer.url, platform).connect(context)
        probe = Probe(harness.holds, {KEY.account: api}, harness.budget.allows)
        harness.leased = harness.reconciler(apis={KEY.account: api}, probe=probe)

    def _serve(self, connection):
        connection.sendall(self.platform.answer(self._peer.requests[-1]))

    def tell(self):
        """All news at once; then time passes, for as long as any trouble may last."""
        self.harness.receive("order.completed")
        self.harness.run_for(hours=1)

    def ended_well(self, writes):
        """Check the end of the story: home, or stopped; every step legal and, but for uncertain ones, taken once."""
        row = self.harness.row()
        assert self.harness.api.illegal == []
        assert max(Counter(self.harness.api.writes).values(), default=0) <= writes
        if row["stop"] is None:
            assert (self.harness.api.orders[KEY.order_id].status, row["stage"], row["due"]) == ("completed",) * 2 + (
                None,
            )
            assert set(self.harness.event_results().values()) <= {"applied", "superseded"}
        else:
            assert row["stop"] in STOPS
            assert row["stop_detail"].isprintable()


@pytest.fixture(scope="module")
def client():
    with Client(HASTE) as client:
        yield client


@pytest.fixture(scope="module")
def peer():
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def scene(new_harness, client, peer):
    return lambda platform: Scene(new_harness(Policy(accept=Accept.MANUAL)), client, peer, platform)


def names(dialect: Dialect) -> list[str]:
    return [*dialect.outer, *[f"data.{name}" for name in dialect.inner]]


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(
    ("platform", "name"), [(platform, name) for platform, dialect in DIALECTS.items() for name in names(dialect)]
)
def test_an_order_survives_an_answer_with_any_field_missing_or_of_another_kind(scene, platform, method, name):
    for value in STRANGE.values():
        story = scene(platform)
        story.platform.twists[method] = [change(name, value)]
        story.tell()
        assert story.platform.twists[method] == []
        story.ended_well(writes=2)


@EACH
@pytest.mark.parametrize("seed", range(12))
def test_an_order_survives_a_run_of_answers_that_are_strange_huge_late_or_damaged(scene, peer, platform, seed):
    story, dice = scene(platform), Random(seed)
    dialect = DIALECTS[platform]
    story.platform.twists = {method: [trouble(dice, peer, dialect) for _ in range(6)] for method in ("GET", "PUT")}
    story.tell()
    story.ended_well(writes=7)


def trouble(dice: Random, peer: Peer, dialect: Dialect) -> Twist:
    """Make up what happens to one answer."""

    def late(envelope):
        peer.over.wait(HASTE.overall.total_seconds() + 0.02)
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
