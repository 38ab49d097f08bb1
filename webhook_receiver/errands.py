"""What the receiver does behind its answers: enqueue turns, and write down the tally. No request waits for it."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

import structlog

from worker.domain.errors import JournalError
from worker.domain.orders import OrderKey

PAUSE = 1.0
"""Seconds between two flushes of the tally, and before a failing broker is tried again."""

log = structlog.get_logger()


class Errands:
    """A daemon thread with a bounded list of orders to nudge; it begins with its first errand, after any fork.

    *publish* enqueues one turn and is bounded in time; *tally* adds counts to the journal. What does not fit, or
    cannot be published, is dropped: the tick finds it.
    """

    def __init__(
        self,
        publish: Callable[[OrderKey], None],
        tally: Callable[[Mapping[tuple[str, str], int]], None],
        bound: int = 1000,
    ) -> None:
        self._publish, self._tally, self._bound = publish, tally, bound
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._keys: dict[OrderKey, None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._closing = self._failing = False
        self._flushed = 0.0

    def nudge(self, keys: Sequence[OrderKey]) -> None:
        """Ask for a turn of each order; never waits and never fails."""
        with self._changed:
            room = self._bound - len(self._keys)
            self._keys.update(dict.fromkeys(keys[:room]))
            self._begin()

    def count(self, source: str, outcome: str) -> None:
        """Count one delivery that is not stored."""
        with self._changed:
            self._counts[source, outcome] += 1
            self._begin()

    def close(self, timeout: float) -> None:
        """Finish what is listed within *timeout* seconds; the rest is dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread:
            self._thread.join(timeout)

    def _begin(self) -> None:
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _run(self) -> None:
        closing = False
        while not closing:
            with self._changed:
                self._changed.wait_for(lambda: self._keys or self._closing, PAUSE)
                keys, self._keys, closing = self._keys, {}, self._closing
            self._publish_all(keys)
            if closing or monotonic() - self._flushed >= PAUSE:
                self._flush()

    def _publish_all(self, keys: Mapping[OrderKey, None]) -> None:
        try:
            for key in keys:
                self._publish(key)
                self._note_outage(None)
        except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the tick finds the order
            self._note_outage(error)
            with self._changed:
                self._changed.wait_for(lambda: self._closing, PAUSE)

    def _note_outage(self, error: Exception | None) -> None:
        if error and not self._failing:
            log.warning("nudges_fail", error=type(error).__name__)
        elif self._failing and not error:
            log.info("nudges_pass_again")
        self._failing = error is not None

    def _flush(self) -> None:
        with self._changed:
            counts, self._counts = self._counts, Counter()
        self._flushed = monotonic()
        try:
            if counts:
                self._tally(counts)
        except JournalError as error:
            log.warning("tally_waits", reason=error.reason)
            with self._changed:
                self._counts.update(counts)
