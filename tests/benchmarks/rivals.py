"""Both designs, each in a house of its own, told the same news; and what the sandbox then says of their work."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks import installations
from tests.benchmarks.day import PLACES
from tests.benchmarks.installations import TUTORIAL
from tests.benchmarks.sending import send
from tests.support.installation import Installation
from tests.support.programs import Program

POLL_INTERVAL = 0.2
"""Seconds between two looks at the platform: it tells nobody anything, and works on the processors that we measure."""
QUIET = 20.0
"""Seconds without a call after which nothing more is expected: the longest pause of the tutorial's retries is 16."""


@dataclass(frozen=True, slots=True)
class Rival:
    """One design, ready to be told news at *port*; its *worker* is not yet started."""

    name: str
    installation: Installation
    port: int
    worker: Program

    def expect(self, orders: Sequence[int]) -> None:
        """Put *orders* at the platform."""
        self.installation.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])

    def tell(self, bodies: Sequence[str], rate: float | None = None) -> None:
        """Let the couriers tell their news, as fast as it is taken or at a steady *rate*."""
        answers = send(self.port, bodies, rate=rate)
        if answers.refused or len(answers.all) < len(bodies):
            raise AssertionError(f"the receiver of {self.name} has not taken everything")

    def moves(self) -> int:
        """How many steps the platform has confirmed."""
        return int(self.installation.sandbox.totals()["transitions"])

    def report(self) -> Any:
        """All that the sandbox knows."""
        return self.installation.sandbox.report()


@contextmanager
def ours(database_url: str = "", processes: int = 1) -> Iterator[Rival]:
    """Our design."""
    with installations.installation(database_url) as installation:
        installations.receiver(installation, processes).start()
        yield Rival("ours", installation, installation.port, installations.worker(installation))


@contextmanager
def tutorial(processes: int = 1) -> Iterator[Rival]:
    """The tutorial's design."""
    with installations.installation() as installation:
        program, port = installations.rival_receiver(installation, TUTORIAL, processes)
        program.start()
        yield Rival("tutorial", installation, port, installations.rival_worker(installation))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of *orders* since *began*, in the sandbox's own words."""

    orders: Sequence[int]
    began: float
    report: Any

    @property
    def finished(self) -> list[float]:
        """When each completed order was: seconds after the beginning, in order."""
        moves = self.report["transitions"]
        return sorted(move["at"] / 1e6 - self.began for move in moves if move["to"] == PLACES[-1])

    @property
    def unfinished(self) -> int:
        """How many orders were left behind."""
        return len(self.orders) - len(self.finished)

    @property
    def orders_a_second(self) -> float:
        """Completed orders by the time until the last of them was."""
        return len(self.finished) / self.finished[-1] if self.finished else 0.0

    @property
    def calls_an_order(self) -> float:
        """All calls, divided by the orders."""
        return float(self.report["totals"]["calls"] / len(self.orders))

    @property
    def illegal(self) -> int:
        """Writes that asked for an illegal step."""
        return int(self.report["totals"]["illegal"])


def watch(rival: Rival, orders: Sequence[int], began: float, *, within: float, quiet: float = QUIET) -> Outcome:
    """Wait until all *orders* are completed, or nothing happens any more, but not longer than *within* seconds."""
    await_moves(rival, len(PLACES) * len(orders), within=within, quiet=quiet)
    return Outcome(orders, began, rival.report())


def await_moves(rival: Rival, wanted: int, *, within: float, quiet: float = QUIET) -> None:
    """Wait for *wanted* steps; give up when no call was made for *quiet* seconds, or *within* seconds have passed."""
    began = since = time.monotonic()
    calls = -1
    while time.monotonic() < min(began + within, since + quiet):
        totals = rival.installation.sandbox.totals()
        if totals["transitions"] >= wanted:
            return
        if totals["calls"] != calls:
            calls, since = totals["calls"], time.monotonic()
        time.sleep(POLL_INTERVAL)
