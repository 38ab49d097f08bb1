"""What the log says about connections that were closed: one line a minute, for which nobody waits."""

import queue
import threading

import pytest

from tests.support.programs import until
from webhook_receiver.server import closings
from webhook_receiver.server.closings import LOG_EVERY_SECONDS, Closing, Closings


def test_the_thread_that_reads_does_not_wait_for_a_log_that_takes_no_more(monkeypatch: pytest.MonkeyPatch):
    lines, may_write = queue.Queue[dict[str, int]](), threading.Event()

    def warn(_event: str, **counts: int) -> None:
        lines.put(counts)
        assert may_write.wait(60)

    monkeypatch.setattr(closings.log, "warning", warn)
    closed = Closings()
    closed.count(Closing.ROOM)
    closed.report(1.0)
    assert lines.get(timeout=60) == {"room": 1}
    closed.count(Closing.ROOM, 2)
    closed.count(Closing.LATE)
    closed.report(2.0 + LOG_EVERY_SECONDS)
    assert lines.empty()
    may_write.set()

    def is_reported() -> bool:
        closed.report(2.0 + LOG_EVERY_SECONDS)
        return not lines.empty()

    until(is_reported)
    assert lines.get(timeout=60) == {"room": 2, "late": 1}


def test_no_second_line_is_written_within_a_minute(monkeypatch: pytest.MonkeyPatch):
    lines = queue.Queue[dict[str, int]]()
    monkeypatch.setattr(closings.log, "warning", lambda _event, **counts: lines.put(counts))
    closed = Closings()
    for second in range(1, 60):
        closed.count(Closing.ROOM)
        closed.report(float(second))
    assert lines.get(timeout=60) == {"room": 1}
    assert lines.empty()
