"""What the receiver logs about deliveries that were deleted because too much was kept."""

import pytest
from structlog.testing import capture_logs

from tests.support.programs import until
from webhook_receiver.background.evictions import INTERVAL_SECONDS, EvictionLog
from webhook_receiver.background.sender import BackgroundSender
from worker.domain.kept import KeptKey

OTO, OTHER = KeptKey("oto", "quarantined"), KeptKey("other", "duplicate")


def test_the_first_deletion_is_logged_at_once_then_a_line_a_minute_and_no_count_is_lost():
    times = [0.0]
    evictions = EvictionLog(lambda: times[-1])
    with capture_logs() as lines:
        evictions.add({OTO: 2})
        evictions.write()
        for _ in range(99):
            evictions.add({OTO: 2})
            evictions.write()
        evictions.add({OTHER: 1})
        evictions.write()
        times.append(INTERVAL_SECONDS)
        evictions.write()
        evictions.add({OTO: 1})
        evictions.add({OTO: 5})
        evictions.write()
        times.append(3 * INTERVAL_SECONDS)
        evictions.write()
        evictions.add({OTO: 7})
        evictions.write(is_last=True)
        evictions.write(is_last=True)
    assert [(line["event"], line["source"], line["outcome"], line["count"]) for line in lines] == [
        ("deliveries_evicted", "oto", "quarantined", 2),
        ("deliveries_evicted", "other", "duplicate", 1),
        ("deliveries_evicted", "oto", "quarantined", 198),
        ("deliveries_evicted", "oto", "quarantined", 6),
        ("deliveries_evicted", "oto", "quarantined", 7),
    ]


def test_the_background_writes_the_end_of_a_flood_although_no_more_is_deleted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("webhook_receiver.background.evictions.INTERVAL_SECONDS", 0.1)
    monkeypatch.setattr("webhook_receiver.background.sender.FLUSH_INTERVAL_SECONDS", 0.05)
    background = BackgroundSender(print, print)
    with capture_logs() as lines:
        for count in (1, 2, 3):
            background.note_evicted({OTO: count})
        until(lambda: sum(line["count"] for line in lines) == 6, 10)
    background.close(5)
