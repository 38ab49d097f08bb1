"""The trail of requests that were not accepted: from which address how many came, a log line a minute for each."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from webhook_receiver.requests import Sender

INTERVAL_SECONDS = 60.0
"""The shortest time between two lines about the same."""
MAX_PEERS = 50
"""How many addresses have a line of their own, for one source and outcome. The rest have one line together."""
MAX_LINES = 1000
"""How many lines may come in an interval. Beyond them, each source and outcome has one more, for all addresses."""
OTHERS = "others"
"""Stands for the addresses that have no line of their own."""


class Line(NamedTuple):
    """How many *requests* of *sender* came since its last line. *reasons* counts the quarantined ones by reason."""

    sender: Sender
    requests: int
    reasons: dict[str, int]


@dataclass(slots=True)
class _Tally:
    """What came since the last line, and when that was (seconds); a sender that is new has had none."""

    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    said_at: float = float("-inf")

    def line(self, sender: Sender, now: float) -> Line:
        line = Line(sender, self.count, dict(self.reasons))
        self.count, self.said_at = 0, now
        self.reasons.clear()
        return line


class Trail:
    """Adds up requests, by sender, until a line may be written about them. The caller holds a lock.

    The first request of a sender is due at once. Those after it are added up for a minute. The memory is bounded,
    whatever strangers send: an address beyond `MAX_PEERS` counts among the others of its source and outcome.
    """

    def __init__(self) -> None:
        self._tallies: dict[Sender, _Tally] = {}
        self._peers: Counter[tuple[str, str]] = Counter()

    def add(self, sender: Sender, reason: str = "") -> None:
        """Count one request. *reason* says why it was quarantined; it is empty for all others."""
        tally = self._tallies.get(sender) or self._new_tally(sender)
        tally.count += 1
        if reason:
            tally.reasons[reason] += 1

    def _new_tally(self, sender: Sender) -> _Tally:
        group = sender[:2]
        if len(self._tallies) >= MAX_LINES or self._peers[group] >= MAX_PEERS:
            return self._tallies.setdefault(sender._replace(peer=OTHERS), _Tally())
        self._peers[group] += 1
        return self._tallies.setdefault(sender, _Tally())

    def due(self, now: float, *, is_last: bool = False) -> list[Line]:
        """Return the lines to write at *now* (seconds of a clock that is never set); at the end, all that is left."""
        over = [s for s, tally in self._tallies.items() if is_last or now - tally.said_at >= INTERVAL_SECONDS]
        lines = [self._tallies[sender].line(sender, now) for sender in over if self._tallies[sender].count]
        for sender in over:
            if self._tallies[sender].said_at != now:
                self._forget(sender)
        return lines

    def _forget(self, sender: Sender) -> None:
        """Forget a sender of whom nothing came for a whole interval."""
        del self._tallies[sender]
        if sender.peer != OTHERS:
            self._peers[sender[:2]] -= 1
