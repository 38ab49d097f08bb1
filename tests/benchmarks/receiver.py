"""How many webhooks the receiver accepts, and how soon: compared with a bare view, and with the tutorial's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from tests.benchmarks import couriers, installations
from tests.benchmarks.designs import Design, ours, tutorial
from tests.benchmarks.documents import STAGES, documents
from tests.benchmarks.figures import Goal, Rounds, compare, figure
from tests.benchmarks.installations import BARE, TUTORIAL
from tests.benchmarks.requests import Responses, send
from tests.benchmarks.resources import cpu_seconds
from tests.support.installation import Installation
from tests.support.programs import Program

ROUNDS = 9
SECONDS = 1.0
MAX_PER_SECOND = 6000
"""No server here accepts more."""
STEADY, STEADY_SECONDS = 200, 15

_numbers = count(1, int(MAX_PER_SECOND * SECONDS))


def run() -> Iterator[str]:
    """Measure on both databases, and then the formats of couriers."""
    yield from _on("SQLite, 1 process", "", 1, Goal("≥", 0.5))
    with installations.empty_postgresql() as url:
        yield from _on("PostgreSQL, 2 processes", url, 2, Goal("≥", 0.3))
    yield from couriers.run()


def _on(where: str, database_url: str, processes: int, goal: Goal) -> Iterator[str]:
    with installations.installation(database_url) as installation:
        yield from _compared(where, _at_full_speed(installation, processes), goal)
    for opened in (ours(database_url, processes), tutorial(processes)):
        with opened as design:
            yield from _steady(where, design)


@dataclass(frozen=True, slots=True)
class _Server:
    """A receiver under test: its rounds, and the milliseconds of processor time for each request."""

    name: str
    program: Program
    port: int
    rounds: list[Responses] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Measure one round."""
        before = cpu_seconds(self.program)
        responses = send(self.port, _documents(int(MAX_PER_SECOND * SECONDS)), seconds=SECONDS)
        self.rounds.append(responses)
        self.costs.append(1000 * (cpu_seconds(self.program) - before) / len(responses.all))


def _at_full_speed(installation: Installation, processes: int) -> Mapping[str, _Server]:
    """Measure the servers in turn, so that other load on the machine affects them all."""
    servers = [_Server("ours", installations.receiver(installation, processes).start(), installation.port)]
    for name, module in (("bare view", BARE), ("tutorial's view", TUTORIAL)):
        program, port = installations.other_receiver(installation, module, processes)
        servers.append(_Server(name, program.start(), port))
    for _ in range(ROUNDS + 1):
        for server in servers:
            server.measure()
            installation.broker.flushall()  # a queue that nobody reads must not slow the next round down
    for server in servers:
        del server.rounds[0], server.costs[0]  # the warm-up
    return {server.name: server for server in servers}


def _compared(where: str, servers: Mapping[str, _Server], goal: Goal) -> Iterator[str]:
    def speed(name: str) -> Rounds:
        return Rounds(name, [responses.accepted_per_second for responses in servers[name].rounds])

    yield compare(f"accepted/s, {where}", speed("ours"), speed("bare view"), goal)
    yield compare(f"accepted/s, {where}", speed("ours"), speed("tutorial's view"), Goal("≥", 1))
    for name, server in servers.items():
        half, most = (Rounds(f"p{n}", [a.milliseconds(n) for a in server.rounds]) for n in (50, 99))
        cost = Rounds("CPU", server.costs)
        yield f"  ms a request, {name}: {half}   {most}   {cost}   not accepted {sum(a.refused for a in server.rounds)}"


def _steady(where: str, design: Design) -> Iterator[str]:
    """Measure while the worker has more work than it can do, and competes for the database and the processors."""
    orders = range(first := next(_numbers), first + STEADY * STEADY_SECONDS // len(STAGES))
    design.expect(orders)
    design.worker.start()
    before = design.steps()
    responses = send(design.port, documents(orders), rate=STEADY)
    what = f"ms at a steady {STEADY}/s with the worker running, {where}, {design.name}"
    goal = Goal("<", 50) if design.name == "ours" else None
    yield figure(what, Rounds("p99", [responses.milliseconds(99)]), goal) + (
        f"   p50 {responses.milliseconds(50):.1f}   not accepted {responses.refused}   "
        f"steps meanwhile {design.steps() - before}"
    )


def _documents(deliveries: int) -> list[str]:
    first = next(_numbers)
    return documents(range(first, first + deliveries // len(STAGES)))
