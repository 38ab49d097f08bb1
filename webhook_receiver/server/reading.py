"""How often a connection is read, so that a sender of single bytes costs little."""

FREE_READS = 32
"""So many times a request is read without a pause."""
BYTES_FOR_A_READ = 512
"""Each further read without a pause needs so many bytes."""
PAUSE_SECONDS = 0.1


class ReadingPace:
    """The reads of one request. What comes during a pause is read at once after it, so the pauses lose nothing."""

    __slots__ = ("_bytes", "_reads", "_reads_again_at")

    def __init__(self) -> None:
        self._reads = self._bytes = 0
        self._reads_again_at = 0.0

    def note(self, length: int, now: float) -> bool:
        """Note that *length* bytes were read at *now* (seconds), and return whether a pause follows."""
        self._reads += 1
        self._bytes += length
        if self._reads <= FREE_READS + self._bytes // BYTES_FOR_A_READ:
            return False
        self.pause(now)
        return True

    def pause(self, now: float) -> None:
        """Begin a pause at *now* (seconds)."""
        self._reads_again_at = now + PAUSE_SECONDS

    @property
    def has_paused(self) -> bool:
        """Whether any pause has begun; before the first one, nobody need read a clock."""
        return self._reads_again_at > 0

    def may_read(self, now: float) -> bool:
        """Tell whether no pause lasts at *now* (seconds)."""
        return now >= self._reads_again_at
