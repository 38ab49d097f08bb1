"""A slot whose reconciliation waits for its platform, whatever it asks, keeps no other account's orders waiting."""

from collections import Counter
from contextlib import contextmanager
from functools import partial

from tests.support.events import KEY
from tests.support.fake_order_api import fails, meanwhile
from tests.support.harness import Harness, order_key
from worker.domain.errors import Unauthorized
from worker.domain.orders import OrderKey


class Calling:
    """Counts the calls of each kind that are made within `calling`, and those that are not."""

    def __init__(self, harness: Harness, *kinds: str) -> None:
        self.within, self.outside, self._is_calling = Counter[str](), Counter[str](), False
        for kind in kinds:
            harness.api.script(kind, *[meanwhile(partial(self._count, kind))] * 10)

    @contextmanager
    def __call__(self):
        self._is_calling = True
        try:
            yield
        finally:
            self._is_calling = False

    def _count(self, kind: str) -> None:
        (self.within if self._is_calling else self.outside)[kind] += 1


def test_each_read_and_write_lets_another_reconciliation_begin(harness):
    harness.accept("shipment.delivered")
    calling = Calling(harness, "read", "write")
    harness.reconciler(calling=calling).reconcile(KEY)
    assert (calling.within, calling.outside) == ({"read": 1, "write": len(harness.api.writes)}, {})


def test_each_search_lets_another_reconciliation_begin(harness):
    harness.api.orders["7"].number = "ORD-7"
    harness.accept("shipment.picked_up", order=OrderKey(KEY.account, "number:ORD-7"))
    calling = Calling(harness, "find")
    harness.reconciler(calling=calling).reconcile(OrderKey(KEY.account, "number:ORD-7"))
    assert (calling.within, calling.outside) == ({"find": 1}, {})


def test_the_probe_after_a_refusal_lets_another_reconciliation_begin(harness):
    key = order_key(1)
    harness.accept("shipment.picked_up", order=key)
    harness.api.script("read", fails(Unauthorized("HTTP 401")))
    calling = Calling(harness, "probe")
    harness.reconciler(calling=calling).reconcile(key)
    assert (calling.within, calling.outside) == ({"probe": 1}, {})
