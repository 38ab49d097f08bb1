"""An operator's door with everything behind it, over a few orders."""

from collections.abc import Sequence

import pytest

from tests.support.fakes import FakeIntake
from worker.domain.errors import IllegalRequest
from worker.domain.orders import Order, OrderKey
from worker.domain.snapshot import OrderRow, Snapshot
from worker.domain.stages import Stage
from worker.operations.orders import Operations
from worker.order_api.awalchat.vocabulary import read_order_id

NOW = 1_706_193_000_000_000
KEY = OrderKey("main", "17")


class FakeOperatorStore:
    """The port `OperatorStore` over a few snapshots; remembers what it was told to do."""

    def __init__(self, *snapshots: Snapshot, willing: bool = True, roomy: bool = True) -> None:
        self.snapshots = {snapshot.order.key: snapshot for snapshot in snapshots}
        self.willing, self.roomy = willing, roomy
        self.woken_early: list[OrderKey] = []
        self.released: list[tuple[Snapshot, str]] = []
        self.attached: list[tuple[Snapshot, str, str]] = []
        self.dismissed: list[tuple[Snapshot, str]] = []

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        return self.snapshots.get(key)

    def accounts_with(self, order_id: str) -> list[str]:
        return sorted(key.account for key in self.snapshots if key.order_id == order_id)

    def known_as(self, key: OrderKey) -> list[str]:
        number = key.reference.value if key.reference else ""
        return [
            k.order_id for k, seen in self.snapshots.items() if k.account == key.account and seen.order.number == number
        ]

    def hasten(self, key: OrderKey) -> bool:
        self.woken_early.append(key)
        return self.willing

    def release(self, seen: Snapshot, reason: str) -> bool:
        self.released.append((seen, reason))
        return self.willing

    def attach(self, seen: Snapshot, order_id: str, reason: str) -> bool | None:
        self.attached.append((seen, order_id, reason))
        return self.roomy if self.willing else None

    def dismiss(self, seen: Snapshot, reason: str) -> bool:
        self.dismissed.append((seen, reason))
        return self.willing


def snapshot(key: OrderKey = KEY, *, stage: Stage | None = Stage.SHIPPED, **row) -> Snapshot:
    known = {name: row.pop(name) for name in ("closed", "number") if name in row}
    order = Order(key, revision=3, stage=stage, status=str(stage), read_at=NOW, **known)
    return Snapshot(NOW, OrderRow(order, first_seen_at=NOW, updated_at=NOW, **row))


class Operator:
    """An operator's door with everything behind it."""

    def __init__(self, *snapshots: Snapshot, accounts: tuple[str, ...] = ("main",), **store: bool) -> None:
        self.store, self.intake = FakeOperatorStore(*snapshots, **store), FakeIntake(NOW)
        self.nudged: list[OrderKey] = []
        ids = dict.fromkeys(accounts, read_order_id)
        self.operations = Operations(self.store, self.intake, self.wake_ups, ids)

    def wake_ups(self, keys: Sequence[OrderKey]) -> None:
        self.nudged.extend(keys)

    def refuses(self, match: str):
        return pytest.raises(IllegalRequest, match=match)

    def changed_nothing(self) -> bool:
        store = self.store
        acts = (store.woken_early, store.released, store.attached, store.dismissed)
        return not (any(acts) or self.intake.deliveries or self.nudged)
