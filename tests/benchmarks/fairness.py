"""How long a quiet account's orders wait while another account has a backlog, or its platform hangs."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from tests.benchmarks import installations
from tests.benchmarks.confirmations import details, measure
from tests.benchmarks.documents import STAGES
from tests.benchmarks.figures import Goal, Rounds, compare, percentile
from tests.benchmarks.installations import UNLIMITED, WithStub
from tests.support.busy_account import WithBusyAccount
from tests.support.programs import until

BACKLOG, REQUESTED = 100_000, 4_000
"""The busy account's due orders, and how many of them its platform knows: more than are reconciled meanwhile."""
HANG_SECONDS = 30
"""Seconds for which the busy account's platform keeps each call; our timeout ends before that."""
RATE, ORDERS = 3, 40
GOAL = Goal("≤", 2)


def run() -> Iterator[str]:
    """Measure with platforms that need 100 ms, then with platforms that answer at once."""
    for latency in (0.1, 0.0):
        with closing(_Installation()) as installation:
            installation.open(
                installation.platform, installation.busy_platform, installation.valkey, installation.receiver
            )
            installations.worker(installation).start()
            if latency:
                installation.sandbox.fault("delay", seconds=latency, times=None)
                installation.busy_sandbox.fault("delay", seconds=latency, times=None)
            yield f"s from 2xx to the confirmation, a quiet account at {RATE}/s, API latency {latency * 1000:.0f} ms"
            yield from _compared(installation)


class _Installation(WithStub, WithBusyAccount):
    """Two accounts at two stubs, without a call budget that limits anything."""

    def __init__(self) -> None:
        super().__init__(**UNLIMITED, ACCOUNTS__BUSY__CALLS_PER_MINUTE="1000000")


def _compared(installation: WithBusyAccount) -> Iterator[str]:
    alone = _wait(installation, 1)
    yield f"  alone: {details(alone)}"
    installation.make_due(BACKLOG, at_the_platform=REQUESTED)
    before = until(lambda: installation.busy_sandbox.totals()["transitions"], what="the backlog is reconciled")
    yield _compare(f"beside {BACKLOG:,} due orders", _wait(installation, ORDERS + 1), alone)
    yield f"    steps of the busy account meanwhile: {installation.busy_sandbox.totals()['transitions'] - before}"
    installation.busy_sandbox.fault("outage", answer="hang", seconds=HANG_SECONDS)
    until(lambda: "api_unavailable" in installation.worker.output, what="the busy account's calls hang")
    yield _compare("beside a platform that hangs", _wait(installation, 2 * ORDERS + 1), alone)


def _wait(installation: WithBusyAccount, first: int) -> list[float]:
    events = [(order_id, STAGES[0]) for order_id in range(first, first + ORDERS)]
    installation.sandbox("POST", "/orders", [{"id": order_id, "payment_status": "paid"} for order_id, _ in events])
    return measure(installation.port, installation.sandbox, events, RATE)


def _compare(what: str, seconds: Sequence[float], alone: Sequence[float]) -> str:
    its, own = (Rounds(whose, [percentile(s, 95)]) for whose, s in (("p95", seconds), ("alone", alone)))
    return f"  {compare(what, its, own, GOAL)}   {details(seconds)}"
