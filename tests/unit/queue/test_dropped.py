"""Messages that are no wake-ups are logged once a minute, with their number and nothing of what they hold."""

from structlog.testing import capture_logs

from worker.queue.dropped import LOG_EVERY_SECONDS, DroppedMessages
from worker.queue.messages import Flaw


def test_a_flood_of_messages_is_one_line_a_minute():
    now = [0.0]
    dropped = DroppedMessages(lambda: now[0])
    with capture_logs() as lines:
        for _ in range(1_000):
            dropped.add(Flaw.BODY)
        dropped.add(Flaw.ETA)
        assert [line["count"] for line in lines] == [1]
        now[0] = LOG_EVERY_SECONDS
        dropped.log_if_due()
        dropped.log_if_due()
    assert [(line["count"], line["flaws"]) for line in lines] == [(1, {"body": 1}), (1_000, {"body": 999, "eta": 1})]
