"""The schedule of a storm: which trouble begins when. A seed repeats it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from tests.storm.journeys import MAIN, SECOND
from tests.storm.platform_troubles import PlatformTroubles
from tests.storm.size import Size
from tests.storm.troubles import Troubles

Named: TypeAlias = tuple[str, Callable[[], None]]
"""A trouble with its name."""
LONGEST_SECONDS = 60.0
"""How long the broker is away in a storm of the full size; shorter storms have shorter troubles."""


@dataclass(frozen=True, slots=True)
class Event:
    """A trouble, and the second in which it begins."""

    at: float
    name: str
    run: Callable[[], None]


def schedule(troubles: Troubles, platforms: PlatformTroubles, size: Size) -> list[Event]:
    """Return all troubles of a storm, by their begin.

    A worker is frozen and credentials are refused at once, because each takes longer than the shortest storm: a lease,
    and the time to the first probe. The others are spread evenly, in an order by chance, and begin in the first four
    fifths of the time in which webhooks are sent.
    """
    chance, lasts = random.Random(size.seed), size.sending_seconds
    long = min(LONGEST_SECONDS, lasts / 6)
    others = [*_of_processes(troubles, long), *_of_platforms(platforms, long)]
    if size.is_large:
        others += _of_accounts(platforms, long)
    chance.shuffle(others)
    gap = 0.8 * lasts / len(others)
    spread = [Event((number + chance.random()) * gap, name, run) for number, (name, run) in enumerate(others)]
    frozen = troubles.system.workers[-1]
    at_once = [
        Event(
            0.5, f"{SECOND}: credentials refused for {long:.0f} s", partial(platforms.lose_credentials, SECOND, long)
        ),
        Event(1.0, f"SIGSTOP of {frozen.name} past its leases", partial(troubles.freeze, frozen)),
    ]
    return sorted([*at_once, *spread], key=lambda event: event.at)


def _of_processes(troubles: Troubles, long: float) -> Iterator[Named]:
    system = troubles.system
    first, second, _ = system.workers
    yield "kill -9 of a worker", partial(troubles.kill, first)
    yield "kill -9 of another worker", partial(troubles.kill, second)
    yield "kill -9 of the receiver", partial(troubles.kill, system.receiver)
    yield "kill -9 of the receiver and two workers", partial(troubles.kill, system.receiver, first, second)
    yield "the broker is flushed", troubles.flush_broker
    yield f"the broker is away for {long:.0f} s", partial(troubles.take_broker_away, long)
    yield f"the broker is silent for {long:.0f} s", partial(troubles.silence_broker, long)
    if troubles.server is not None:
        yield "PostgreSQL is restarted", partial(troubles.restart_database, crash=False)
        yield "PostgreSQL crashes and is restarted", partial(troubles.restart_database, crash=True)
    else:
        yield f"the disk is full for {long:.0f} s", partial(troubles.fill_disk, long)


def _of_platforms(platforms: PlatformTroubles, long: float) -> Iterator[Named]:
    yield f"{MAIN}: 503 for {long:.0f} s", partial(platforms.fail, MAIN, long, 503)
    yield f"{SECOND}: resets for {long:.0f} s", partial(platforms.fail, SECOND, long, "reset")
    yield f"{MAIN}: 429", partial(platforms.throttle, MAIN, 3)
    yield f"{SECOND}: 429", partial(platforms.throttle, SECOND, 3)


def _of_accounts(platforms: PlatformTroubles, long: float) -> Iterator[Named]:
    """Yield the troubles that hold an account for longer than a small storm takes."""
    yield f"{MAIN}: credentials refused for {long:.0f} s", partial(platforms.lose_credentials, MAIN, long)
    yield f"{MAIN}: hangs for {long:.0f} s", partial(platforms.fail, MAIN, long, "hang")
    yield f"{SECOND}: 500 for {long:.0f} s", partial(platforms.fail, SECOND, long, 500)
