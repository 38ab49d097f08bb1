"""The two designs, each in an installation of its own with the same events, and what the sandbox reports of them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks import installations
from tests.benchmarks.documents import STAGES
from tests.benchmarks.installations import FAST, LIBRARY, SLOTS, TUTORIAL
from tests.benchmarks.requests import send
from tests.support.installation import Installation
from tests.support.programs import Program

POLL_INTERVAL_SECONDS = 0.2
"""Between two reads of the sandbox, which cost processor time that we measure."""
QUIET_SECONDS = 20.0
"""After this time without a call, nothing more is expected: the longest pause of the tutorial's retries is 16 s."""


@dataclass(frozen=True, slots=True)
class Design:
    """One design whose *receiver* takes events at *port*. Its *worker* is not started yet."""

    name: str
    installation: Installation
    port: int
    receiver: Program
    worker: Program

    def expect(self, orders: Sequence[int]) -> None:
        """Create *orders* at the platform."""
        self.installation.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])

    def send(self, bodies: Sequence[str], rate: float | None = None) -> None:
        """Post *bodies* as the courier, as fast as they are accepted or at a steady *rate* per second."""
        responses = send(self.port, bodies, rate=rate)
        if responses.refused or len(responses.all) < len(bodies):
            raise AssertionError(f"the receiver of {self.name} has not accepted everything")

    def parts(self) -> Mapping[str, Program]:
        """Return the programs whose processor time counts."""
        return {"receiver": self.receiver, "worker": self.worker}

    def steps(self) -> int:
        """Return how many steps the platform has confirmed."""
        return int(self.installation.sandbox.totals()["transitions"])

    def report(self) -> Any:
        """Return the sandbox's report."""
        return self.installation.sandbox.report()


@contextmanager
def ours(database_url: str = "", processes: int = 1, slots: int = SLOTS) -> Iterator[Design]:
    """Open our design."""
    with installations.installation(database_url) as installation:
        receiver = installations.receiver(installation, processes).start()
        yield Design("ours", installation, installation.port, receiver, installations.worker(installation, slots))


@contextmanager
def tutorial(processes: int = 1) -> Iterator[Design]:
    """Open the tutorial's design."""
    with installations.installation() as installation:
        receiver, port = installations.other_receiver(installation, TUTORIAL, processes)
        worker = installations.tutorial_worker(installation)
        yield Design("tutorial", installation, port, receiver.start(), worker)


@contextmanager
def on_asyncio(name: str, module: str, processes: int, slots: int) -> Iterator[Design]:
    """Open an asyncio baseline."""
    with installations.installation() as installation:
        receiver, port = installations.asyncio_receiver(installation, module, processes)
        worker = installations.asyncio_worker(installation, module, slots)
        yield Design(name, installation, port, receiver.start(), worker)


def fast(processes: int = 1, slots: int = SLOTS) -> AbstractContextManager[Design]:
    """Open the fastest design without any promise."""
    return on_asyncio("asyncio", FAST, processes, slots)


def library(processes: int = 1, slots: int = SLOTS) -> AbstractContextManager[Design]:
    """Open the same with a library for the queue."""
    return on_asyncio("queue library", LIBRARY, processes, slots)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of *orders* since *began_at* (unix time), as the sandbox reports it."""

    orders: Sequence[int]
    began_at: float
    report: Any

    @property
    def finished(self) -> list[float]:
        """Seconds from the beginning until each completed order was completed, in ascending order."""
        transitions = self.report["transitions"]
        return sorted(one["at"] / 1e6 - self.began_at for one in transitions if one["to"] == STAGES[-1])

    @property
    def unfinished(self) -> int:
        """How many orders are not completed."""
        return len(self.orders) - len(self.finished)

    @property
    def orders_per_second(self) -> float:
        """Completed orders, divided by the time until the last of them."""
        return len(self.finished) / self.finished[-1] if self.finished else 0.0

    @property
    def calls_per_order(self) -> float:
        """All calls, divided by the orders."""
        return float(self.report["totals"]["calls"] / len(self.orders))

    @property
    def illegal(self) -> int:
        """How many writes asked for an illegal step."""
        return int(self.report["totals"]["illegal"])


def watch(
    design: Design, orders: Sequence[int], began_at: float, *, within: float, quiet: float = QUIET_SECONDS
) -> Outcome:
    """Wait until all *orders* are completed or nothing happens any more, at most *within* seconds."""
    await_steps(design, len(STAGES) * len(orders), within=within, quiet=quiet)
    return Outcome(orders, began_at, design.report())


def await_steps(design: Design, wanted: int, *, within: float, quiet: float = QUIET_SECONDS) -> None:
    """Wait for *wanted* steps, at most *within* seconds, and at most until there was no call for *quiet* seconds."""
    began = since = time.monotonic()
    calls = -1
    while time.monotonic() < min(began + within, since + quiet):
        totals = design.installation.sandbox.totals()
        if totals["transitions"] >= wanted:
            return
        if totals["calls"] != calls:
            calls, since = totals["calls"], time.monotonic()
        time.sleep(POLL_INTERVAL_SECONDS)
