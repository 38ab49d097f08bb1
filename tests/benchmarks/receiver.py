"""How many webhooks the receiver accepts, and how soon: beside a bare view, and beside the tutorial's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from tests.benchmarks import installations
from tests.benchmarks.day import PLACES, day
from tests.benchmarks.figures import Goal, Rounds, alone, beside
from tests.benchmarks.installations import BARE, TUTORIAL
from tests.benchmarks.resources import cpu_seconds
from tests.benchmarks.rivals import Rival, ours, tutorial
from tests.benchmarks.sending import Answers, send
from tests.support.installation import Installation
from tests.support.programs import Program

ROUNDS = 9
SECONDS = 1.0
MOST = 6000
"""No server here accepts more in a second."""
STEADY, STEADY_SECONDS = 200, 15

_numbers = count(1, int(MOST * SECONDS))


def run() -> Iterator[str]:
    """Measure on both databases."""
    yield from _on("SQLite, 1 process", "", 1, Goal("≥", 0.5))
    with installations.empty_postgresql() as url:
        yield from _on("PostgreSQL, 2 processes", url, 2, Goal("≥", 0.3))


def _on(where: str, database_url: str, processes: int, goal: Goal) -> Iterator[str]:
    with installations.installation(database_url) as installation:
        yield from _compared(where, _at_full_speed(installation, processes), goal)
    for design in (ours(database_url, processes), tutorial(processes)):
        with design as rival:
            yield from _steady(where, rival)


@dataclass(frozen=True, slots=True)
class _Server:
    """A receiver under test: its rounds, and the milliseconds of processor time that each request took."""

    name: str
    program: Program
    port: int
    rounds: list[Answers] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def press(self) -> None:
        """Measure one round."""
        before = cpu_seconds(self.program)
        answers = send(self.port, _news(int(MOST * SECONDS)), seconds=SECONDS)
        self.rounds.append(answers)
        self.costs.append(1000 * (cpu_seconds(self.program) - before) / len(answers.all))


def _at_full_speed(installation: Installation, processes: int) -> Mapping[str, _Server]:
    """Press ours and the rivals in turn, so that whatever else the machine does meets them all."""
    servers = [_Server("ours", installations.receiver(installation, processes).start(), installation.port)]
    for name, module in (("bare view", BARE), ("tutorial's view", TUTORIAL)):
        program, port = installations.rival_receiver(installation, module, processes)
        servers.append(_Server(name, program.start(), port))
    for _ in range(ROUNDS + 1):
        for server in servers:
            server.press()
            installation.store.flushall()  # a queue that nobody reads must not become the next round's burden
    for server in servers:
        del server.rounds[0], server.costs[0]  # they warmed up
    return {server.name: server for server in servers}


def _compared(where: str, servers: Mapping[str, _Server], goal: Goal) -> Iterator[str]:
    def speed(name: str) -> Rounds:
        return Rounds(name, [answers.accepted_a_second for answers in servers[name].rounds])

    yield beside(f"accepted/s, {where}", speed("ours"), speed("bare view"), goal)
    yield beside(f"accepted/s, {where}", speed("ours"), speed("tutorial's view"), Goal("≥", 1))
    for name, server in servers.items():
        half, most = (Rounds(f"p{n}", [a.milliseconds(n) for a in server.rounds]) for n in (50, 99))
        cost = Rounds("CPU", server.costs)
        yield f"  ms a request, {name}: {half}   {most}   {cost}   not accepted {sum(a.refused for a in server.rounds)}"


def _steady(where: str, rival: Rival) -> Iterator[str]:
    """The worker has more to do than it can: it competes for the database and for the processors."""
    orders = range(first := next(_numbers), first + STEADY * STEADY_SECONDS // len(PLACES))
    rival.expect(orders)
    rival.worker.start()
    before = rival.moves()
    answers = send(rival.port, day(orders), rate=STEADY)
    what = f"ms at a steady {STEADY}/s with the worker running, {where}, {rival.name}"
    goal = Goal("<", 50) if rival.name == "ours" else None
    yield alone(what, Rounds("p99", [answers.milliseconds(99)]), goal) + (
        f"   p50 {answers.milliseconds(50):.1f}   not accepted {answers.refused}   "
        f"steps meanwhile {rival.moves() - before}"
    )


def _news(deliveries: int) -> list[str]:
    first = next(_numbers)
    return day(range(first, first + deliveries // len(PLACES)))
