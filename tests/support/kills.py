"""Kills and other troubles that hit an installation under traffic, at random moments."""

import random
from collections.abc import Callable

from tests.support.installation import Installation
from tests.support.programs import Program, until
from tests.support.traffic import Traffic

COMPLETE_WITHIN_SECONDS = 120
"""After the last trouble, every order must be completed within this time."""
SLOW = [{"rate": 0.5, "kind": "delay", "seconds": 0.3}, {"rate": 0.03, "kind": "lose_answer"}]
"""A platform so slow that reconciliations are under way at any moment."""


def run_traffic_with(installation: Installation, seed: int, *troubles: Callable[[], object]) -> Traffic:
    """Let *troubles* happen in random order, each at a random moment of the traffic; return when all is complete."""
    chance = random.Random(seed)
    installation.sandbox.fault("storm", seed=seed, faults=SLOW)
    traffic = Traffic(installation, range(1, 61), seed)
    traffic.make_orders()
    for trouble in chance.sample(troubles, len(troubles)):
        traffic.send_part(parts=len(troubles), pause_seconds=0.2)
        installation.courier.wait(chance.uniform(0.1, 0.9))
        trouble()
    traffic.finish()
    until(lambda: traffic.is_complete, COMPLETE_WITHIN_SECONDS, what="every order is completed")
    return traffic


def kill(*programs: Program) -> Callable[[], None]:
    """Return a trouble: `kill -9` of *programs*, and their restart, as a supervisor does it."""

    def trouble() -> None:
        for program in programs:
            program.kill()
        for program in programs:
            program.launch()
        for program in programs:
            program.await_ready()

    return trouble


def logs_are_clean(*programs: Program) -> bool:
    """Tell whether the logs of *programs* contain neither a traceback nor a warning of Python."""
    return not any(word in program.log for program in programs for word in ("Traceback", "DeprecationWarning"))
