"""The connections of a process: who may have one, and which are closed when they, or their requests, are too many."""

from collections import Counter
from collections.abc import Mapping, Sequence

from webhook_receiver.server.channel import Channel
from webhook_receiver.server.closings import Closing, Closings
from webhook_receiver.server.crowding import Standing, to_close
from webhook_receiver.server.limits import Limits

CLOSED_AT_ONCE = 32
"""So many connections are closed when there are too many, or an eighth: to choose each alone would cost time."""


class Connections:
    """Keeps the connections within *limits*. *channels* are the open ones; the server adds and removes them."""

    def __init__(self, limits: Limits, channels: Mapping[int, Channel]) -> None:
        self._limits, self._channels = limits, channels
        self._closings, self._received_bytes = Closings(), 0
        self._numbers: Counter[str] = Counter()
        """The number of connections of each network."""

    def have_room(self) -> bool:
        """Tell whether there may be one more, after some of least use are closed if need be."""
        return len(self._channels) < self._limits.connections or self.make_room()

    def make_room(self) -> bool:
        """Close connections that are of least use. Return False if all have requests without an answer."""
        return self._close_some([*self._channels.values()], Closing.ROOM)

    def admit(self, channel: Channel, address: str) -> None:
        """Count a new connection from *address*. If this address has too many, some of them are closed."""
        self._numbers[channel.network] += 1
        if self._numbers[channel.network] <= self._limits.of_one_address or self._limits.is_proxy(address):
            return
        others = [
            other for other in self._channels.values() if other.network == channel.network and other is not channel
        ]
        if not self._close_some(others, Closing.ADDRESS):
            self.close(channel, Closing.ADDRESS)

    def leave(self, channel: Channel) -> None:
        """Note that a connection has ended."""
        self._numbers[channel.network] -= 1
        if not self._numbers[channel.network]:
            del self._numbers[channel.network]

    def _close_some(self, channels: Sequence[Channel], closing: Closing) -> bool:
        count = min(CLOSED_AT_ONCE, len(channels) // 8 + 1)
        standings = [Standing(channel.network, channel.use, channel.waits_since) for channel in channels]
        indexes = to_close(standings, count)
        for index in indexes:
            self.close(channels[index], closing)
        return bool(indexes)

    def close(self, channel: Channel, closing: Closing) -> None:
        """Close *channel* at once, and count it."""
        channel.handle_close()
        self.count(closing)

    def count(self, closing: Closing) -> None:
        """Count a connection that is closed, or will be, for the log."""
        self._closings.count(closing)

    def report(self, now: float) -> None:
        """Log how many were closed, unless the last line is young at *now* (seconds)."""
        self._closings.report(now)

    def note_received(self, count: int) -> None:
        """Note that *count* bytes were received. If requests without an answer have too many, give up the largest.

        The application has some of them, and what it has cannot be freed.
        """
        self._received_bytes += count
        if self._received_bytes < self._limits.held_bytes // 16:
            return
        self._received_bytes = 0
        held = sum(channel.held_bytes for channel in self._channels.values())
        may_end = [channel for channel in self._channels.values() if not channel.is_taken]
        for channel in sorted(may_end, key=lambda channel: channel.held_bytes, reverse=True):
            if held <= self._limits.held_bytes:
                return
            held -= channel.held_bytes
            channel.give_up()
            self.count(Closing.MEMORY)
