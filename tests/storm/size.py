"""How large a storm is, and what follows from it."""

from dataclasses import dataclass

from tests.storm.journeys import MAIN, SECOND, SECOND_SHARE

SHORTEST_SECONDS, SECONDS_FOR_AN_ORDER = 12.0, 0.06
"""How long webhooks are sent: at least so long, and so long for each order."""
CALLS_FOR_AN_ORDER = 7
"""How many calls an order may take: the limits are such that the backlog is done soon after the last webhook."""
LARGE = 500
"""From this number of orders on, a storm lasts long enough for troubles that cost an order minutes."""


@dataclass(frozen=True, slots=True)
class Size:
    """A number of *orders*, and the *seed* from which everything follows."""

    orders: int
    seed: int

    @property
    def sending_seconds(self) -> float:
        """How long webhooks are sent."""
        return max(SHORTEST_SECONDS, self.orders * SECONDS_FOR_AN_ORDER)

    @property
    def calm_within_seconds(self) -> float:
        """How long the service may need after the last trouble."""
        return 120 + 2 * self.sending_seconds

    @property
    def poll_seconds(self) -> float:
        """How often the state is looked at. That costs the platforms time, which grows with the number of orders."""
        return 0.5 + self.orders / 2000

    @property
    def is_large(self) -> bool:
        return self.orders >= LARGE

    @property
    def faults_until_right(self) -> float:
        """The faults of single calls go on until this share of the orders is right, so that most calls can meet one."""
        return 0.8 if self.is_large else 0.4

    def limits(self) -> dict[str, int]:
        """Return the calls a minute of each account."""
        per_minute = self.orders * CALLS_FOR_AN_ORDER * 60 / self.sending_seconds
        return {MAIN: int(per_minute * (1 - SECOND_SHARE)), SECOND: int(per_minute * SECOND_SHARE)}
