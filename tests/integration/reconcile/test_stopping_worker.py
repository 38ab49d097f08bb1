"""A worker that is told to stop makes no further call, records what it knows, and gives its leases back."""

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import meanwhile
from tests.support.harness import Harness
from worker.domain.reasons import WaitReason
from worker.domain.results import Done, Later


@pytest.mark.parametrize(
    ("during", "calls"),
    [("", []), ("read", ["read"]), ("write", ["read", "write"])],
    ids=["before any call", "during the read", "during a write"],
)
def test_a_reconciliation_makes_no_call_when_its_worker_stops_and_another_worker_goes_on_at_once(
    harness: Harness, during: str, calls: list[str]
):
    harness.accept("shipment.delivered")
    stopping = [not during]
    if during:
        harness.api.script(during, meanwhile(lambda: stopping.append(True)))
    result = harness.reconciler(is_stopping=lambda: stopping[-1]).reconcile(KEY)
    assert isinstance(result, Later)
    assert result.reason is WaitReason.INTERRUPTED
    assert [call.kind for call in harness.api.calls] == calls
    row = harness.row()
    assert (row["lease_until"], row["due"], row["failures"]) == (None, harness.clock(), 0)
    assert {outcome for _, outcome in harness.writes()} <= {"confirmed"}
    assert harness.reconcile() == Done()
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]
