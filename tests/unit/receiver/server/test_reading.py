"""How often a connection is read: a sender of single bytes costs little, and an honest one never waits."""

from webhook_receiver.server.reading import BYTES_FOR_A_READ, FREE_READS, PAUSE_SECONDS, ReadingPace


def test_a_request_of_few_pieces_is_read_without_a_pause():
    pace = ReadingPace()
    assert not any(pace.note(1, 5.0) for _ in range(FREE_READS))
    assert pace.may_read(5.0)


def test_a_body_of_ordinary_packets_is_read_without_a_pause_however_long():
    pace = ReadingPace()
    assert not any(pace.note(BYTES_FOR_A_READ, 5.0) for _ in range(10_000))


def test_after_that_single_bytes_are_read_ten_times_a_second():
    pace, now, reads = ReadingPace(), 5.0, 0
    for _ in range(60_000):  # a millisecond each
        now += 0.001
        if pace.may_read(now):
            pace.note(1, now)
            reads += 1
    assert reads <= FREE_READS + 60 / PAUSE_SECONDS + 1
