"""Messages that ask for a probe or a pruning cost little, however many come."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.events import KEY
from tests.support.harness import Harness
from worker.service import tasks
from worker.service.tasks import PROBED_EVERY, PRUNED_EVERY


@pytest.fixture
def calls(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the tasks have done."""
    done = list[str]()

    def probe(account: str) -> Any:
        done.append(account)
        return SimpleNamespace(result=SimpleNamespace(value="good"), detail="")

    def prune() -> dict[str, int]:
        done.append("pruned")
        return {}

    services = SimpleNamespace(
        reconciler=harness.reconciler(), locks=harness.locks, probe=SimpleNamespace(run=probe), prune=prune
    )
    monkeypatch.setattr(tasks, "worker_services", lambda: services)
    return done


def test_a_flood_of_calls_for_a_probe_makes_one_in_a_few_seconds(harness, calls):
    for _ in range(100):
        tasks.probe(KEY.account)
    tasks.probe("no account of ours")
    assert calls == [KEY.account]
    harness.clock.now += PROBED_EVERY
    tasks.probe(KEY.account)
    assert calls == [KEY.account] * 2


def test_a_flood_of_calls_for_a_pruning_makes_one_in_a_few_seconds(harness, calls):
    for _ in range(100):
        tasks.prune()
    assert calls == ["pruned"]
    harness.clock.now += PRUNED_EVERY
    tasks.prune()
    assert calls == ["pruned"] * 2
