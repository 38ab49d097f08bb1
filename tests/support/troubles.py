"""What may befall a house under traffic, at moments that nobody chose."""

import random
from collections.abc import Callable

from tests.support.installation import Installation
from tests.support.programs import Program, until
from tests.support.traffic import Traffic

HOME = 60
"""Seconds after the last trouble, in which everything must be where it belongs."""
SLOW = [{"rate": 0.5, "kind": "delay", "seconds": 0.3}, {"rate": 0.03, "kind": "lose_answer"}]
"""A platform so slow that turns are under way at any moment."""


def befall(installation: Installation, seed: int, *troubles: Callable[[], object]) -> Traffic:
    """Let *troubles* happen in any order, each at a random moment while news comes in; returns when all are home."""
    chance = random.Random(seed)
    installation.sandbox.fault("storm", seed=seed, faults=SLOW)
    traffic = Traffic(installation, range(1, 61), seed)
    traffic.open()
    for trouble in chance.sample(troubles, len(troubles)):
        traffic.go_on(parts=len(troubles), pause=0.2)
        installation.courier.wait(chance.uniform(0.1, 0.9))
        trouble()
    traffic.finish()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")
    return traffic


def killed(*programs: Program) -> Callable[[], None]:
    """`kill -9` all of *programs*, and start them again, as their supervisor would."""

    def trouble() -> None:
        for program in programs:
            program.kill()
        for program in programs:
            program.launch()
        for program in programs:
            program.await_ready()

    return trouble


def calm(*programs: Program) -> bool:
    """Tell whether *programs* have named all that befell them in plain words."""
    return not any(alarm in program.said for program in programs for alarm in ("Traceback", "DeprecationWarning"))
