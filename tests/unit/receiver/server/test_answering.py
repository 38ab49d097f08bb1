"""Requests that have gathered are answered together: all calls come before the first answer, and no defect spreads."""

import threading
from dataclasses import dataclass, field

import pytest

from webhook_receiver.server.answering import MAX_GROUP, AnsweringThread


@dataclass
class Log:
    """What has happened, in turn; a dot is the end of a group. The first call lasts until `goes_on` is set."""

    entries: list[str] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False)
class Request:
    """A request that logs what is done with it. It *breaks* the thread's own work with this error."""

    name: str
    log: Log
    breaks: type[BaseException] | None = None

    def begin(self) -> None:
        self.log.entries.append(f"call {self.name}")
        self.log.begun.set()
        assert self.log.goes_on.wait(60)

    def service(self) -> None:
        if self.breaks:
            raise self.breaks
        self.log.entries.append(f"answer {self.name}")


def answered(log: Log, *requests: Request) -> list[str]:
    """Let *requests* come while the first of them is called, and return what happens."""
    thread = AnsweringThread(lambda: log.entries.append("."))
    thread.add(requests[:1])
    assert log.begun.wait(60)
    thread.add(requests[1:])
    log.goes_on.set()
    thread.stop(60)
    return log.entries


def test_what_gathers_while_a_group_is_answered_is_called_before_the_first_answer():
    log = Log()
    entries = answered(log, *(Request(name, log) for name in "abc"))
    assert entries == ["call a", "answer a", ".", "call b", "call c", "answer b", "answer c", "."]


def test_a_group_has_a_bound():
    log = Log()
    entries = answered(log, *(Request(str(number), log) for number in range(MAX_GROUP + 2)))
    assert entries.index(f"answer {1}") < entries.index(f"call {MAX_GROUP + 1}")
    assert len(entries) == 2 * (MAX_GROUP + 2) + entries.count(".")


@pytest.mark.parametrize("error", [RuntimeError, SystemExit])
def test_a_defect_at_one_request_ends_neither_the_thread_nor_its_group(error: type[BaseException]):
    log = Log()
    requests = [Request("a", log), Request("b", log, breaks=error), Request("c", log)]
    assert answered(log, *requests) == ["call a", "answer a", ".", "call b", "call c", "answer c", "."]


def test_a_request_that_is_forgotten_is_left_out():
    log = Log()
    thread, requests = AnsweringThread(lambda: None), [Request(name, log) for name in "abc"]
    thread.add(requests[:1])
    assert log.begun.wait(60)
    thread.add(requests[1:])
    for request in requests[:2]:
        thread.forget(request)
    assert thread.waiting == 1
    log.goes_on.set()
    thread.stop(60)
    assert log.entries == ["call a", "answer a", "call c", "answer c"]


def test_a_thread_that_stops_answers_what_waits_and_then_nothing():
    log = Log()
    assert answered(log, Request("a", log)) == ["call a", "answer a", "."]
