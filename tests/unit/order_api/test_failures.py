"""Failures of the network are told in words, and not by the names of classes."""

import httpcore
import pytest

from worker.order_api.http.client import NETWORK_FAILURES
from worker.order_api.http.failures import words_of


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpcore.ConnectError("[Errno 111] Connection refused"), "no connection: [Errno 111] Connection refused"),
        (httpcore.ConnectTimeout("timed out"), "no connection in time: timed out"),
        (httpcore.ReadTimeout(), "no answer in time"),
        (httpcore.WriteTimeout(), "the request was not taken in time"),
        (httpcore.ReadError(), "the connection broke before the answer"),
        (httpcore.WriteError(), "the connection broke before the request was sent"),
        (httpcore.RemoteProtocolError("illegal status line"), "the answer is no HTTP: illegal status line"),
    ],
)
def test_each_failure_has_words_of_its_own_and_its_own_message(error, words):
    assert words_of(error) == words


@pytest.mark.parametrize("kind", NETWORK_FAILURES)
def test_every_failure_that_the_client_catches_has_words(kind):
    assert kind.__name__ not in words_of(kind("x"))
