"""Slots that a test occupies, and those of a worker on a harness."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from tests.support.harness import Harness
from worker.queue.fair_share import FairShare
from worker.service.reconciling import reconcile_due
from worker.service.slots import Slots


@contextmanager
def occupied(share: FairShare, account: str) -> Iterator[bool]:
    """Occupy a slot during the block, as a reconciliation of *account* does. Yields whether a slot was free for it."""
    granted = share.take(account)
    try:
        yield granted
    finally:
        if granted:
            share.release(account)


def services_of(harness: Harness, share: FairShare, **ports: Any) -> Any:
    """Return what the tasks need of a worker's services. *ports* replaces some parts of its reconciler."""
    due = harness.due_orders
    slots = Slots(share, lambda key: reconcile_due(reconciler, due, key), due.put_back)
    reconciler = harness.reconciler(calling=slots.calling, **ports)
    return SimpleNamespace(reconciler=reconciler, slots=slots)
