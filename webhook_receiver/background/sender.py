"""The work in the background of the receiver: it enqueues wake-ups, adds counts, and writes the trail.

No request waits for it.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic

import structlog

from webhook_receiver.background.delivery_lines import DeliveryLines, write
from webhook_receiver.background.delivery_values import delivery_values
from webhook_receiver.background.evictions import EvictionLog
from webhook_receiver.background.refusals import RefusalCounts
from webhook_receiver.background.trail import Trail
from webhook_receiver.requests import Sender
from worker.domain.errors import StoreError
from worker.domain.kept import KeptKey
from worker.domain.orders import OrderKey
from worker.domain.refusals import Refusal
from worker.ports import Delivery, Receipt

MAX_KEYS = 8
"""The most wake-ups in the list."""
ENQUEUE_INTERVAL_SECONDS = 0.2
"""Between two rounds of wake-ups. They are few, because one costs more than a delivery; the scheduler does the rest."""
FLUSH_INTERVAL_SECONDS = 1.0
"""Between two flushes of the counts, and before the next attempt after a failure of the broker."""

log = structlog.get_logger()


class BackgroundSender:
    """A daemon thread with a bounded list of wake-ups. It starts with its first work, which comes after any fork.

    *enqueue* enqueues one wake-up, *add_counts* adds counts, by (source, outcome), to the database, and *add_refusals*
    those of refused requests; all are bounded in time. A wake-up that fails is dropped, because the scheduler finds its
    order. When the list is full, the newest wake-up of the account with the most wake-ups is dropped, so that one
    account cannot crowd out the others. Counts that could not be added are kept for the next flush. This thread also
    writes the lines of the trail, and those about deletions.
    """

    def __init__(
        self,
        enqueue: Callable[[OrderKey], None],
        add_counts: Callable[[Mapping[tuple[str, str], int]], None],
        add_refusals: Callable[[Mapping[Refusal, int]], None] = lambda _: None,
    ) -> None:
        self._enqueue, self._add_counts, self._add_refusals = enqueue, add_counts, add_refusals
        self._lock = threading.Lock()
        self._has_work, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._keys: dict[OrderKey, None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._trail, self._evictions, self._refusals = Trail(), EvictionLog(), RefusalCounts()
        self._lines = DeliveryLines()
        self._failing: set[str] = set()
        self._flushed_at = 0.0

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        """Put a wake-up for each order into the list. Never waits and never fails."""
        with self._lock:
            for key in keys:
                self._keys[key] = None
                self._drop_excess()
            self._start()
        if self._keys and not self._has_work.is_set():  # only once, because it slows down the requests that run
            self._has_work.set()

    def _drop_excess(self) -> None:
        if len(self._keys) > MAX_KEYS:
            [(account, _)] = Counter(key.account for key in self._keys).most_common(1)
            del self._keys[next(key for key in reversed(self._keys) if key.account == account)]

    def count(self, source: str, outcome: str) -> None:
        """Count one delivery that is not stored."""
        with self._lock:
            self._counts[source, outcome] += 1
            self._start()

    def note(self, sender: Sender, reason: str = "", path: str = "") -> None:
        """Note one delivery that was not accepted. *reason* says why; *path* is one that names no source."""
        with self._lock:
            self._trail.add(sender, reason)
            self._refusals.add(sender, reason, path)
            self._start()

    def note_delivery(self, result: Receipt | StoreError, source: str, delivery: Delivery | None = None) -> None:
        """Note one delivery of *source* for its log line: its receipt, or why it was not written; and what was read."""
        values = delivery_values(result, source, delivery)
        with self._lock:
            self._lines.add(values, is_written=isinstance(result, Receipt))
            self._start()

    def note_evicted(self, evicted: Mapping[KeptKey, int]) -> None:
        """Note how many stored deliveries were deleted, because too much was kept of their source and outcome."""
        self._evictions.add(evicted)
        with self._lock:
            self._start()

    def close(self, timeout_seconds: float) -> None:
        """Enqueue the wake-ups, add the counts and write the trail, within *timeout_seconds*. The rest is dropped."""
        with self._lock:
            self._closing.set()
        self._has_work.set()
        if self._thread:
            self._thread.join(timeout_seconds)

    def _start(self) -> None:
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._run, name="background-sender", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        closing = False
        while not closing:
            self._has_work.wait(FLUSH_INTERVAL_SECONDS)
            self._has_work.clear()
            with self._lock:
                keys, self._keys, closing = self._keys, {}, self._closing.is_set()
            self._write_lines()  # before the wake-ups, so that a delivery stands above what it causes
            if keys:
                enqueued = self._try("wake_ups", partial(self._enqueue_all, keys))
                self._closing.wait(ENQUEUE_INTERVAL_SECONDS if enqueued else FLUSH_INTERVAL_SECONDS)
            if closing or monotonic() - self._flushed_at >= FLUSH_INTERVAL_SECONDS:
                self._flush()
                self._write_trail(is_last=closing)
                self._evictions.write(is_last=closing)

    def _enqueue_all(self, keys: Mapping[OrderKey, None]) -> None:
        for key in keys:
            self._enqueue(key)

    def _flush(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        self._flushed_at = monotonic()
        if counts and not self._try("counts", partial(self._add_counts, counts)):
            with self._lock:
                self._counts.update(counts)
        with self._lock:
            refusals = self._refusals.take()
        if refusals and not self._try("refusals", partial(self._add_refusals, refusals)):
            with self._lock:
                self._refusals.put_back(refusals)

    def _write_lines(self) -> None:
        with self._lock:
            lines, left_out = self._lines.take()
        write(lines, left_out)

    def _write_trail(self, *, is_last: bool) -> None:
        with self._lock:
            lines = self._trail.due(monotonic(), is_last=is_last)
        for (source, outcome, peer), requests, reasons in lines:
            why = {"reasons": reasons} if reasons else {}
            log.warning("deliveries_not_accepted", source=source, outcome=outcome, peer=peer, count=requests, **why)

    def _try(self, task: str, run: Callable[[], object]) -> bool:
        """Run a task, and return whether it succeeded. Of several failures in a row, the first is logged."""
        try:
            run()
        except Exception as error:  # noqa: BLE001 - whatever a broker or a database raises, this thread goes on
            if task not in self._failing:
                log.warning("background_task_failed", task=task, reason=getattr(error, "reason", "defect"))
            self._failing.add(task)
            return False
        self._failing.discard(task)
        return True
