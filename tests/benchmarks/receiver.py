"""How many webhooks the receiver accepts, and how soon: compared with a bare view and with the other designs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import count

from tests.benchmarks import couriers, installations
from tests.benchmarks.designs import Design, fast, library, ours, tutorial
from tests.benchmarks.documents import STAGES, documents
from tests.benchmarks.figures import Goal, Rounds, compare, figure
from tests.benchmarks.installations import BARE, FAST, LIBRARY, TUTORIAL
from tests.benchmarks.requests import Responses, send
from tests.benchmarks.resources import cpu_seconds
from tests.support.installation import Installation
from tests.support.programs import Program

ROUNDS = 5
SECONDS = 1.0
MAX_PER_SECOND = 9000
"""No server here accepts more."""
STEADY, STEADY_SECONDS = 200, 15
BACKLOG = 2000
"""Orders with all their events, which the worker has to work off meanwhile."""
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
GOALS: Mapping[str, Mapping[str, float]] = {
    SQLITE: {"asyncio": 1.0, "queue library": 1.0, "tutorial's view": 1.0, "bare view": 0.5},
    POSTGRESQL: {"asyncio": 0.8, "queue library": 0.8, "tutorial's view": 1.0, "bare view": 0.3},
}
"""How many times as many deliveries we should accept, with one process each."""

_numbers = count(1, int(MAX_PER_SECOND * SECONDS))


def run() -> Iterator[str]:
    """Measure on both databases, and then the formats of couriers."""
    yield from _on(SQLITE, lambda: nullcontext(""), fast(), library(), tutorial())
    yield from couriers.run()
    yield from _on(POSTGRESQL, installations.empty_postgresql)
    with installations.empty_postgresql() as url:
        yield from _compared(POSTGRESQL, url, 2)


def _on(
    where: str, new_database: Callable[[], AbstractContextManager[str]], *others: AbstractContextManager[Design]
) -> Iterator[str]:
    with new_database() as url:
        yield from _compared(where, url, 1)
    with new_database() as url:  # without the orders of before, which the stub does not have
        for opened in (ours(url), *others):
            with opened as design:
                yield _steady(where, design)


@dataclass(frozen=True, slots=True)
class _Server:
    """A receiver under test: its rounds, and the milliseconds of processor time for each request."""

    name: str
    program: Program
    port: int
    rounds: list[Responses] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    @property
    def speed(self) -> Rounds:
        """How many it accepts a second, round by round."""
        return Rounds(self.name, [responses.accepted_per_second for responses in self.rounds])

    def measure(self) -> None:
        """Measure one round."""
        before = cpu_seconds(self.program)
        responses = send(self.port, _documents(int(MAX_PER_SECOND * SECONDS)), seconds=SECONDS)
        self.rounds.append(responses)
        self.costs.append(1000 * (cpu_seconds(self.program) - before) / len(responses.all))

    def __str__(self) -> str:
        half, most = (Rounds(f"p{n}", [a.milliseconds(n) for a in self.rounds]) for n in (50, 99))
        refused = sum(each.refused for each in self.rounds)
        return f"  ms a request, {self.name}: {half}   {most}   {Rounds('CPU', self.costs)}   not accepted {refused}"


def _compared(where: str, url: str, processes: int) -> Iterator[str]:
    """Measure the receivers in turn, so that other load on the machine affects them all."""
    with installations.installation(url) as installation:
        servers = list(_servers(installation, processes))
        for _ in range(ROUNDS + 1):
            for server in servers:
                server.measure()
                installation.broker.flushall()  # a queue that nobody reads must not slow the next round down
    mine, *others = servers
    for server in servers:
        del server.rounds[0], server.costs[0]  # the warm-up
    for other in others:
        goal = Goal("≥", GOALS[where][other.name]) if processes == 1 else None
        yield compare(f"accepted/s, {where}, {processes} process(es)", mine.speed, other.speed, goal)
    yield from map(str, servers)


def _servers(installation: Installation, processes: int) -> Iterator[_Server]:
    yield _Server("ours", installations.receiver(installation, processes).start(), installation.port)
    for name, module in (("asyncio", FAST), ("queue library", LIBRARY)):
        program, port = installations.asyncio_receiver(installation, module, processes)
        yield _Server(name, program.start(), port)
    for name, module in (("tutorial's view", TUTORIAL), ("bare view", BARE)):
        program, port = installations.other_receiver(installation, module, processes)
        yield _Server(name, program.start(), port)


def _steady(where: str, design: Design) -> str:
    """Measure while the worker has more work than it can do, and competes for the database and the processors."""
    backlog = range(first := next(_numbers), first + BACKLOG)
    orders = range(first := next(_numbers), first + STEADY * STEADY_SECONDS // len(STAGES))
    design.expect(backlog)
    design.expect(orders)
    design.send(documents(backlog))
    design.worker.start()
    before = design.steps()
    responses = send(design.port, documents(orders), rate=STEADY)
    done, wanted = design.steps() - before, (len(backlog) + len(orders)) * len(STAGES)
    what = f"ms at a steady {STEADY}/s beside a worker at its limit, {where}, {design.name}"
    goal = Goal("<", 50) if design.name == "ours" else None
    return figure(what, Rounds("p99", [responses.milliseconds(99)]), goal) + (
        f"   p50 {responses.milliseconds(50):.1f}   not accepted {responses.refused}   steps meanwhile {done}"
        f"{'' if done < wanted else ' (all: the worker was not at its limit)'}"
    )


def _documents(deliveries: int) -> list[str]:
    first = next(_numbers)
    return documents(range(first, first + deliveries // len(STAGES)))
