"""`Operations` over a few orders, with fakes of all ports."""

from collections.abc import Collection, Mapping

import pytest

from tests.support.fakes import FakeIntake, FakeWakeUps
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventResult
from worker.domain.orders import Order, OrderKey, Reference
from worker.domain.overview.snapshot import OrderRow, Snapshot
from worker.domain.stages import Stage
from worker.operations.orders import Operations
from worker.order_api.awalchat.vocabulary import read_order_id
from worker.ports import Attached, Removed

NOW = 1_706_193_000_000_000
"""Microseconds."""
KEY = OrderKey("main", "17")


class FakeOperatorStore:
    """The port `OperatorStore` over a few snapshots. It records what it was asked to do.

    *overtaken*: somebody else has changed each stop meanwhile. *full*: no order has capacity for more events. *alone*:
    nothing else is known of an order whose parcel is removed.
    """

    def __init__(self, *snapshots: Snapshot, overtaken: bool = False, full: bool = False, alone: bool = False) -> None:
        self.snapshots = {snapshot.order.key: snapshot for snapshot in snapshots}
        self.overtaken, self.full, self.alone = overtaken, full, alone
        self.made_due: list[tuple[OrderKey, str]] = []
        self.released: list[tuple[Snapshot, str]] = []
        self.attached: list[tuple[Snapshot, str, str]] = []
        self.assigned: list[tuple[Snapshot, str, str]] = []
        self.retried: list[tuple[Snapshot, str]] = []
        self.closed: list[tuple[Snapshot, str, Mapping[int, EventResult]]] = []
        self.removed: list[tuple[Snapshot, str, Collection[int], str]] = []

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        return self.snapshots.get(key)

    def accounts_with(self, order_id: str) -> list[str]:
        return sorted(key.account for key in self.snapshots if key.order_id == order_id)

    def known_as(self, key: OrderKey) -> list[str]:
        of_account = [snapshot for known, snapshot in self.snapshots.items() if known.account == key.account]
        return [snapshot.order.key.order_id for snapshot in of_account if key.plain.reference in _references(snapshot)]

    def references_named(self, key: OrderKey) -> list[str]:
        return sorted(known.order_id for known in self.snapshots if known != key and known.plain == key)

    def assign(self, snapshot: Snapshot, source: str, reason: str) -> bool:
        self.assigned.append((snapshot, source, reason))
        return not self.overtaken

    def rename_some(self, account: str, names: tuple[str, str], reason: str, beyond: int) -> tuple[int, int]:
        raise NotImplementedError

    def make_due(self, key: OrderKey, reason: str) -> bool:
        self.made_due.append((key, reason))
        return not self.overtaken

    def release(self, snapshot: Snapshot, reason: str) -> bool:
        self.released.append((snapshot, reason))
        return not self.overtaken

    def attach(self, snapshot: Snapshot, order_id: str, reason: str) -> Attached:
        self.attached.append((snapshot, order_id, reason))
        if self.overtaken:
            return Attached.OVERTAKEN
        return Attached.FULL if self.full else Attached.DONE

    def retry_stopped(self, snapshot: Snapshot, reason: str) -> bool:
        self.retried.append((snapshot, reason))
        return not self.overtaken

    def close(self, snapshot: Snapshot, reason: str, results: Mapping[int, EventResult]) -> bool:
        self.closed.append((snapshot, reason, results))
        return not self.overtaken

    def remove_parcel(self, snapshot: Snapshot, tracking: str, event_ids: Collection[int], reason: str) -> Removed:
        self.removed.append((snapshot, tracking, event_ids, reason))
        if self.overtaken:
            return Removed.OVERTAKEN
        return Removed.WITH_ORDER if self.alone else Removed.DONE


def _references(known: Snapshot) -> set[Reference]:
    """Return the references by which an order is known."""
    names = (name for recorded in known.events for name in recorded.event.parcel_names)
    return {Reference("number", known.order.number), *names}


def snapshot(key: OrderKey = KEY, *, stage: Stage | None = Stage.SHIPPED, **row) -> Snapshot:
    """Return an order that was just read at *stage*. *row* has fields of its row, and some of `Order`."""
    of_order = {name: row.pop(name) for name in ("closed", "number", "closed_by_operator") if name in row}
    order = Order(key, revision=3, stage=stage, status=str(stage), read_at=NOW, **of_order)
    return Snapshot(NOW, OrderRow(order, first_seen_at=NOW, updated_at=NOW, **row))


class Operator:
    """`Operations` over *snapshots*, with fakes of all ports."""

    def __init__(self, *snapshots: Snapshot, accounts: tuple[str, ...] = ("main",), **store: bool) -> None:
        self.store, self.intake, self.wake_ups = FakeOperatorStore(*snapshots, **store), FakeIntake(NOW), FakeWakeUps()
        self.operations = Operations(self.store, self.intake, self.wake_ups, dict.fromkeys(accounts, read_order_id))

    def refuses(self, match: str):
        return pytest.raises(IllegalRequest, match=match)

    def changed_nothing(self) -> bool:
        store = self.store
        changes = (store.made_due, store.released, store.attached, store.retried, store.closed, store.removed)
        return not (any(changes) or store.assigned or self.intake.deliveries or self.wake_ups.keys)
