"""What the receiver does behind its answers: enqueue turns, and write down the tally. No request waits for it."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic

import structlog

from worker.domain.orders import OrderKey

MOST_KEYS = 8
PACE = 0.2
"""Seconds between two rounds of nudges. To queue one costs more than to take a delivery in: under load, ticks do it."""
PAUSE = 1.0
"""Seconds between two flushes of the tally, and before a failing broker is tried again."""

log = structlog.get_logger()


class Errands:
    """A daemon thread with a bounded list of orders to nudge; it begins with its first errand, after any fork.

    *publish* enqueues one turn, and *tally* adds counts to the journal; both are bounded in time. A nudge that does
    not fit, or fails, is dropped: the tick finds its order. What does not fit is the latest of the account with most
    nudges, so that none crowds out the others. Counts that fail are kept for the next flush.
    """

    def __init__(
        self, publish: Callable[[OrderKey], None], tally: Callable[[Mapping[tuple[str, str], int]], None]
    ) -> None:
        self._publish, self._tally = publish, tally
        self._lock = threading.Lock()
        self._wanted, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._keys: dict[OrderKey, None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._failing: set[str] = set()
        self._flushed = 0.0

    def nudge(self, keys: Sequence[OrderKey]) -> None:
        """Ask for a turn of each order; never waits and never fails."""
        with self._lock:
            for key in keys:
                self._keys[key] = None
                self._keep_within_bounds()
            self._begin()
        if self._keys and not self._wanted.is_set():  # each wake-up would cost the requests under way some time
            self._wanted.set()

    def _keep_within_bounds(self) -> None:
        if len(self._keys) > MOST_KEYS:
            [(greediest, _)] = Counter(key.account for key in self._keys).most_common(1)
            del self._keys[next(key for key in reversed(self._keys) if key.account == greediest)]

    def count(self, source: str, outcome: str) -> None:
        """Count one delivery that is not stored."""
        with self._lock:
            self._counts[source, outcome] += 1
            self._begin()

    def close(self, timeout: float) -> None:
        """Finish what is listed within *timeout* seconds; the rest is dropped."""
        with self._lock:
            self._closing.set()
        self._wanted.set()
        if self._thread:
            self._thread.join(timeout)

    def _begin(self) -> None:
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        closing = False
        while not closing:
            self._wanted.wait(PAUSE)
            self._wanted.clear()
            with self._lock:
                keys, self._keys, closing = self._keys, {}, self._closing.is_set()
            if keys:
                published = self._try("nudges", partial(self._publish_all, keys))
                self._closing.wait(PACE if published else PAUSE)
            if closing or monotonic() - self._flushed >= PAUSE:
                self._flush()

    def _publish_all(self, keys: Mapping[OrderKey, None]) -> None:
        for key in keys:
            self._publish(key)

    def _flush(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        self._flushed = monotonic()
        if counts and not self._try("tally", partial(self._tally, counts)):
            with self._lock:
                self._counts.update(counts)

    def _try(self, errand: str, run: Callable[[], object]) -> bool:
        """Say once, not every time, that an errand fails."""
        try:
            run()
        except Exception as error:  # noqa: BLE001 - whatever a broker or a database raises, this thread goes on
            if errand not in self._failing:
                log.warning("errand_fails", errand=errand, error=type(error).__name__)
            self._failing.add(errand)
            return False
        self._failing.discard(errand)
        return True
