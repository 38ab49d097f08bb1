"""A platform that lets a probe wait delays no other account's probe, and gets no second one meanwhile."""

import threading

from tests.support.fake_order_api import FakeOrderApi, meanwhile
from tests.support.programs import until
from worker.domain.reasons import HoldReason
from worker.service.scheduler import Loop, Scheduler
from worker.service.wiring import PROBE_LOOPS


def test_a_probe_that_hangs_delays_no_probe_of_another_account(harness):
    hangs, answer = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        answer.wait()

    slow = FakeOrderApi(harness.clock)
    slow.script("probe", meanwhile(hang))
    probe = harness.probe_of({"slow": slow, "main": harness.api})
    harness.holds.hold("slow", HoldReason.OUTAGE, None, probe_in=0)
    scheduler = Scheduler([Loop(f"probe-{number}", 0.01, probe.run_due) for number in range(PROBE_LOOPS)])
    scheduler.start()
    try:
        assert hangs.wait(60)
        harness.holds.hold("main", HoldReason.OUTAGE, None, probe_in=0)
        until(lambda: harness.probed_accounts() == ["slow"], what="the other account is probed")
        assert slow.probes == 1
    finally:
        answer.set()
        scheduler.stop()
